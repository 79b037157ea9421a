// Element-wise kernels for AVX-512.
#include "kernels/simd_avx512.h"

#include "kernels/activation/element_wise.h"

namespace hearth::kernels {

const ActivationKernels& activation_avx512() {
  static constexpr ActivationKernels kernel = activation_kernel<Avx512>("avx512", Isa::avx512);
  return kernel;
}

}  // namespace hearth::kernels
