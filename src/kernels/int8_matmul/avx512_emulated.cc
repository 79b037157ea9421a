// The kernels of AVX-512 VNNI and of AMX on machines without them, for tests.
#include "kernels/int8_matmul/dot_bytes_emulated.h"

#include "kernels/int8_matmul/kernel_amx.h"
#include "kernels/int8_matmul/kernel_avx512.h"
#include "kernels/tiles_emulated.h"

namespace hearth::kernels {

const Int8MatmulKernel& int8_matmul_avx512_vnni_emulated() {
  static const Int8MatmulKernel kernel = kernel_by_rows("avx512_vnni_emulated", Isa::avx2);
  return kernel;
}

const Int8MatmulKernel& int8_matmul_amx_emulated() {
  static const Int8MatmulKernel kernel =
      kernel_amx<EmulatedTiles, int8_matmul_avx512_vnni_emulated>("amx_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
