// Matrix products in bf16 for AMX.
#include "kernels/simd_avx512.h"

#include "kernels/bf16_native.h"
#include "kernels/matmul/amx_products.h"

namespace hearth::kernels {

const MatmulKernel& matmul_amx_bf16() {
  static constexpr MatmulKernel kernel =
      AmxProducts<Avx512, NativeBf16, AmxTiles>::kernel("amx_bf16", Isa::amx);
  return kernel;
}

}  // namespace hearth::kernels
