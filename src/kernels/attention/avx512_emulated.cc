// Attention over the paged cache for AVX-512 on a machine without it, for tests.
#include "kernels/simd_avx512_emulated.h"

#include "kernels/attention/span.h"

namespace hearth::kernels {

const AttentionKernel& attention_avx512_emulated() {
  static constexpr AttentionKernel kernel = attention_kernel<Avx512>("avx512_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
