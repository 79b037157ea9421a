// What is asked of a row of scores, or of steps, before its softmax.
#pragma once

#include "kernels/attention/bands.h"
#include "kernels/attention/code_cells_avx512.h"

namespace hearth::kernels {
namespace {

// Rows that take their softmax together: what one waits for at its ends, the next has to do.
inline constexpr int64_t kSoftmaxRows = 4;

// Of columns [begin, end) of one row's scores, in whole blocks. Four chains, or one would wait for
// itself.
inline float largest_score(const float* scores, int64_t begin, int64_t end) {
  __m512 a = _mm512_set1_ps(kMinusInfinity), b = a, c = a, d = a;
  const auto take = [&](__m512& low, __m512& high, int64_t column) {
    low = _mm512_max_ps(low, _mm512_loadu_ps(scores + column));
    high = _mm512_max_ps(high, _mm512_loadu_ps(scores + column + 16));
  };
  int64_t column = begin;
  for (; column + 64 <= end; column += 64) {
    take(a, b, column);
    take(c, d, column + 32);
  }
  if (column < end) take(a, b, column);
  return _mm512_reduce_max_ps(_mm512_max_ps(_mm512_max_ps(a, b), _mm512_max_ps(c, d)));
}

/// Largest of magnitudes; what is not a number is larger than all others.
inline __m512i larger(__m512i a, __m512 b) { return _mm512_max_epu32(a, _mm512_castps_si512(b)); }

/// A weight times the step of its cell. kNumbers: it is a number.
template <bool kNumbers>
inline __m512 with_step(__m512 weight, __m512 step) {
  if constexpr (kNumbers) return _mm512_mul_ps(weight, step);
  // Not seen is 0 whatever the step.
  const __mmask16 seen = _mm512_cmp_ps_mask(weight, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  return _mm512_maskz_mul_ps(seen, weight, step);
}

inline bool all_numbers(const float* x, int64_t begin, int64_t end) {
  __m512i most = _mm512_setzero_si512();
  for (int64_t c = begin; c < end; c += 16)
    most = _mm512_max_epu32(most, magnitude(_mm512_loadu_ps(x + c)));
  return _mm512_reduce_max_epu32(most) < 0x7f800000u;
}

}  // namespace
}  // namespace hearth::kernels
