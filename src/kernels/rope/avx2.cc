// Rotary embedding for AVX2 with FMA and F16C.
#include "kernels/simd_avx2.h"

#include "kernels/rope/rotate.h"

namespace hearth::kernels {

const RopeKernel& rope_avx2() {
  static constexpr RopeKernel kernel = rope_kernel<Avx2>("avx2", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
