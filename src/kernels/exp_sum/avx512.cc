// Sums of exponentials for AVX-512.
#include <immintrin.h>

#include "kernels/exp_sum/eight_doubles.h"

namespace hearth::kernels {
namespace {

struct Whole {
  using D = __m512d;
  static D set1(double v) { return _mm512_set1_pd(v); }
  static D load(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
  static void store(double* p, D v) { _mm512_storeu_pd(p, v); }
  static D add(D u, D v) { return _mm512_add_pd(u, v); }
  static D sub(D u, D v) { return _mm512_sub_pd(u, v); }
  static D mul(D u, D v) { return _mm512_mul_pd(u, v); }
  static D max(D u, D v) { return _mm512_max_pd(u, v); }
  static D fma(D u, D v, D w) { return _mm512_fmadd_pd(u, v, w); }
  static D fnma(D u, D v, D w) { return _mm512_fnmadd_pd(u, v, w); }
  // v * 2^n, n the integer in the lowest bits of `shifted`.
  static D times_power(D v, D shifted) {
    const __m512i exponents = _mm512_slli_epi64(_mm512_castpd_si512(shifted), 52);
    return _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(v), exponents));
  }
};

}  // namespace

const ExpSumKernel& exp_sum_avx512() {
  static constexpr ExpSumKernel kernel = {"avx512", Isa::avx512, exp_sum<Whole>};
  return kernel;
}

}  // namespace hearth::kernels
