// The AVX-512 codes of weights on a machine without AVX-512, for tests.
#include "kernels/simd_avx512_emulated.h"

#include "kernels/quantize/element_codes.h"

namespace hearth::kernels {

const QuantizeKernel& quantize_avx512_emulated() {
  static constexpr QuantizeKernel kernel =
      element_codes_kernel<Avx512>("avx512_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
