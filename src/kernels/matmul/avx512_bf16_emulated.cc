// The AVX512_BF16 matrix products on a machine without AVX-512, for tests.
#include "kernels/bf16_emulated.h"

#include "kernels/matmul/bf16_kernel.h"
#include "kernels/matmul/dot_product.h"

namespace hearth::kernels {

const MatmulKernel& matmul_avx512_bf16_emulated() {
  static constexpr MatmulKernel kernel =
      Bf16Products<Avx512, EmulatedBf16>::kernel("avx512_bf16_emulated", Isa::avx2);
  return kernel;
}

}  // namespace hearth::kernels
