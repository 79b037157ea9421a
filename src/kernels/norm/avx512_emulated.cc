// RMS normalisation for AVX-512 on a machine without it, for tests.
#include "kernels/simd_avx512_emulated.h"

#include "kernels/norm/root_mean_square.h"

namespace hearth::kernels {

const RmsNormKernel& rms_norm_avx512_emulated() {
  static constexpr RmsNormKernel kernel = rms_norm_kernel<Avx512>("avx512_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
