// Rotary embedding for AVX-512.
#include "kernels/simd_avx512.h"

#include "kernels/rope/rotate.h"

namespace hearth::kernels {

const RopeKernel& rope_avx512() {
  static constexpr RopeKernel kernel = rope_kernel<Avx512>("avx512", Isa::avx512);
  return kernel;
}

}  // namespace hearth::kernels
