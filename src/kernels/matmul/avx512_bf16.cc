// Matrix products in bf16 for AVX512_BF16.
#include "kernels/simd_avx512.h"

#include "kernels/bf16_native.h"
#include "kernels/matmul/bf16_kernel.h"
#include "kernels/matmul/dot_product.h"

namespace hearth::kernels {

const MatmulKernel& matmul_avx512_bf16() {
  static constexpr MatmulKernel kernel =
      Bf16Products<Avx512, NativeBf16>::kernel("avx512_bf16", Isa::avx512_bf16);
  return kernel;
}

}  // namespace hearth::kernels
