// Codes of weights for AVX-512.
#include "kernels/simd_avx512.h"

#include "kernels/quantize/element_codes.h"

namespace hearth::kernels {

const QuantizeKernel& quantize_avx512() {
  static constexpr QuantizeKernel kernel = element_codes_kernel<Avx512>("avx512", Isa::avx512);
  return kernel;
}

}  // namespace hearth::kernels
