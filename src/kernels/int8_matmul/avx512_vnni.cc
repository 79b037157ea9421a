// Products with quantised activations for AVX-512 with VNNI.
#include "kernels/int8_matmul/dot_bytes_vnni.h"

#include "kernels/int8_matmul/kernel_avx512.h"

namespace hearth::kernels {

const Int8MatmulKernel& int8_matmul_avx512_vnni() {
  static const Int8MatmulKernel kernel = kernel_by_rows("avx512_vnni", Isa::avx512_vnni);
  return kernel;
}

}  // namespace hearth::kernels
