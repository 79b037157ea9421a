// RMS normalisation for AVX-512.
#include "kernels/simd_avx512.h"

#include "kernels/norm/root_mean_square.h"

namespace hearth::kernels {

const RmsNormKernel& rms_norm_avx512() {
  static constexpr RmsNormKernel kernel = rms_norm_kernel<Avx512>("avx512", Isa::avx512);
  return kernel;
}

}  // namespace hearth::kernels
