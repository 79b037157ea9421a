// Products with quantised activations for AMX.
#include "kernels/int8_matmul/kernel_amx.h"

namespace hearth::kernels {

const Int8MatmulKernel& int8_matmul_avx512_vnni();

const Int8MatmulKernel& int8_matmul_amx() {
  static const Int8MatmulKernel kernel =
      kernel_amx<AmxTiles, int8_matmul_avx512_vnni>("amx_int8", Isa::amx);
  return kernel;
}

}  // namespace hearth::kernels
