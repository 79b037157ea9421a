// Rotary embedding for AVX-512 on a machine without it, for tests.
#include "kernels/simd_avx512_emulated.h"

#include "kernels/rope/rotate.h"

namespace hearth::kernels {

const RopeKernel& rope_avx512_emulated() {
  static constexpr RopeKernel kernel = rope_kernel<Avx512>("avx512_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
