// The AMX matrix products on a machine without AMX and AVX-512, for tests.
#include "kernels/bf16_emulated.h"

#include "kernels/matmul/amx_products.h"
#include "kernels/tiles_emulated.h"

namespace hearth::kernels {

const MatmulKernel& matmul_amx_bf16_emulated() {
  static constexpr MatmulKernel kernel =
      AmxProducts<Avx512, EmulatedBf16, EmulatedTiles>::kernel("amx_bf16_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
