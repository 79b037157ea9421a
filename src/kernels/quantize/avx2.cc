// Codes of weights for AVX2 with FMA and F16C.
#include "kernels/simd_avx2.h"

#include "kernels/quantize/element_codes.h"

namespace hearth::kernels {

const QuantizeKernel& quantize_avx2() {
  static constexpr QuantizeKernel kernel = element_codes_kernel<Avx2>("avx2", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
