// Sums of exponentials for AVX2 with FMA.
#include <immintrin.h>

#include "kernels/exp_sum/eight_doubles.h"

namespace hearth::kernels {
namespace {

struct TwoHalves {
  struct D {
    __m256d a, b;
  };
  static D set1(double v) { return {_mm256_set1_pd(v), _mm256_set1_pd(v)}; }
  static D load(const float* p) {
    return {_mm256_cvtps_pd(_mm_loadu_ps(p)), _mm256_cvtps_pd(_mm_loadu_ps(p + 4))};
  }
  static void store(double* p, D v) {
    _mm256_storeu_pd(p, v.a);
    _mm256_storeu_pd(p + 4, v.b);
  }
  static D add(D u, D v) { return {_mm256_add_pd(u.a, v.a), _mm256_add_pd(u.b, v.b)}; }
  static D sub(D u, D v) { return {_mm256_sub_pd(u.a, v.a), _mm256_sub_pd(u.b, v.b)}; }
  static D mul(D u, D v) { return {_mm256_mul_pd(u.a, v.a), _mm256_mul_pd(u.b, v.b)}; }
  static D max(D u, D v) { return {_mm256_max_pd(u.a, v.a), _mm256_max_pd(u.b, v.b)}; }
  static D fma(D u, D v, D w) {
    return {_mm256_fmadd_pd(u.a, v.a, w.a), _mm256_fmadd_pd(u.b, v.b, w.b)};
  }
  static D fnma(D u, D v, D w) {
    return {_mm256_fnmadd_pd(u.a, v.a, w.a), _mm256_fnmadd_pd(u.b, v.b, w.b)};
  }
  // v * 2^n, n the integer in the lowest bits of `shifted`.
  static D times_power(D v, D shifted) {
    return {times_power(v.a, shifted.a), times_power(v.b, shifted.b)};
  }

 private:
  static __m256d times_power(__m256d v, __m256d shifted) {
    const __m256i exponents = _mm256_slli_epi64(_mm256_castpd_si256(shifted), 52);
    return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(v), exponents));
  }
};

}  // namespace

const ExpSumKernel& exp_sum_avx2() {
  static constexpr ExpSumKernel kernel = {"avx2", Isa::avx2, exp_sum<TwoHalves>};
  return kernel;
}

}  // namespace hearth::kernels
