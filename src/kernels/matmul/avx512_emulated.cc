// The AVX-512 matrix products on a machine without AVX-512, for tests.
#include "kernels/simd_avx512_emulated.h"

#include "kernels/matmul/dot_product.h"

namespace hearth::kernels {

const MatmulKernel& matmul_avx512_emulated() {
  static constexpr MatmulKernel kernel = dot_product_kernel<Avx512>("avx512_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
