// Products with quantised activations for AMX on the plain C++ model of its tiles, for tests on
// machines with AVX-512 VNNI.
#include "kernels/int8_matmul/kernel_amx.h"
#include "kernels/tiles_emulated.h"

namespace hearth::kernels {

const Int8MatmulKernel& int8_matmul_avx512_vnni();

const Int8MatmulKernel& int8_matmul_amx_tiles_emulated() {
  static const Int8MatmulKernel kernel =
      kernel_amx<EmulatedTiles, int8_matmul_avx512_vnni>("amx_tiles_emulated", Isa::avx512_vnni);
  return kernel;
}

}  // namespace hearth::kernels
