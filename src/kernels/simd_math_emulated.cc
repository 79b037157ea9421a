// exp of both instruction sets under plain names, for simd_math_test.cc.
#include "kernels/simd_avx512_emulated.h"

#include "kernels/simd_avx2.h"
#include "kernels/simd_math.h"

namespace hearth::kernels {

void exp_avx2(const float* x, int64_t count, float* y) {
  for (int64_t i = 0; i < count; i += Avx2::kLanes)
    Avx2::store(y + i, exp<Avx2>(Avx2::load(x + i)));
}

void exp_avx512(const float* x, int64_t count, float* y) {
  for (int64_t i = 0; i < count; i += Avx512::kLanes)
    Avx512::store(y + i, exp<Avx512>(Avx512::load(x + i)));
}

}  // namespace hearth::kernels
