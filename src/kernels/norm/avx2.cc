// RMS normalisation for AVX2 with FMA and F16C.
#include "kernels/simd_avx2.h"

#include "kernels/norm/root_mean_square.h"

namespace hearth::kernels {

const RmsNormKernel& rms_norm_avx2() {
  static constexpr RmsNormKernel kernel = rms_norm_kernel<Avx2>("avx2", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
