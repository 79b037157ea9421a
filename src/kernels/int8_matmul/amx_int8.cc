// Products with quantised activations for AMX.
#include "kernels/int8_matmul/dot_bytes_vnni.h"

#include "kernels/int8_matmul/kernel_avx512.h"

namespace hearth::kernels {

const Int8MatmulKernel& int8_matmul_amx() {
  static const Int8MatmulKernel kernel = kernel_amx<AmxTiles>("amx_int8", Isa::amx);
  return kernel;
}

}  // namespace hearth::kernels
