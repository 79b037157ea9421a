// Attention over the paged cache for AVX-512.
#include "kernels/simd_avx512.h"

#include "kernels/attention/span.h"

namespace hearth::kernels {

const AttentionKernel& attention_avx512() {
  static constexpr AttentionKernel kernel = attention_kernel<Avx512>("avx512", Isa::avx512);
  return kernel;
}

}  // namespace hearth::kernels
