// Element-wise kernels for AVX2 with FMA and F16C.
#include "kernels/simd_avx2.h"

#include "kernels/activation/element_wise.h"

namespace hearth::kernels {

const ActivationKernels& activation_avx2() {
  static constexpr ActivationKernels kernel = activation_kernel<Avx2>("avx2", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
