// Element-wise kernels for AVX-512 on a machine without it, for tests.
#include "kernels/simd_avx512_emulated.h"

#include "kernels/activation/element_wise.h"

namespace hearth::kernels {

const ActivationKernels& activation_avx512_emulated() {
  static constexpr ActivationKernels kernel =
      activation_kernel<Avx512>("avx512_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
