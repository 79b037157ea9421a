// Attention over the paged cache in 16-bit integers, for AVX-512 VNNI.
#include "kernels/attention/integer_products_avx512.h"

namespace hearth::kernels {

const AttentionKernel& attention_avx512_vnni() {
  static constexpr AttentionKernel kernel =
      code_attention_kernel<IntegerProducts>("avx512_vnni", Isa::avx512_vnni);
  return kernel;
}

}  // namespace hearth::kernels
