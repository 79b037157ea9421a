// Matrix products for AVX-512.
#include "kernels/simd_avx512.h"

#include "kernels/matmul/dot_product.h"

namespace hearth::kernels {

const MatmulKernel& matmul_avx512() {
  static constexpr MatmulKernel kernel = dot_product_kernel<Avx512>("avx512", Isa::avx512);
  return kernel;
}

}  // namespace hearth::kernels
