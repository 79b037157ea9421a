// Matrix products for AVX2 with FMA and F16C.
#include "kernels/simd_avx2.h"

#include "kernels/matmul/dot_product.h"

namespace hearth::kernels {

const MatmulKernel& matmul_avx2() {
  static constexpr MatmulKernel kernel = dot_product_kernel<Avx2>("avx2", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
