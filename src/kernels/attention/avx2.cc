// Attention over the paged cache for AVX2 with FMA and F16C.
#include "kernels/simd_avx2.h"

#include "kernels/attention/span.h"

namespace hearth::kernels {

const AttentionKernel& attention_avx2() {
  static constexpr AttentionKernel kernel = attention_kernel<Avx2>("avx2", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
