// The softmax of a band: scores, as base-2 logarithms, become weights as codes. A weight
// exp2(score - maximum) takes its cell's step with it, so that the codes of all values are added up
// alike.
#pragma once

#include "kernels/attention/code_span_avx512.h"
#include "kernels/attention/row_scores_avx512.h"
#include "kernels/attention/score_changes.h"
#include "kernels/simd_avx512.h"

namespace hearth::kernels {
namespace {

/// 2^x for x <= 0, off by 2^-18 of itself; 2^0 is 1, 2^-inf is 0.
inline __m512 exp2_below_1(__m512 x) {
  const __m512 f = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);  // x - floor(x)
  __m512 p = _mm512_set1_ps(0x1.b7f73cp-7f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.abf864p-5f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.ee2452p-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.62d6c6p-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, x);  // takes the floor of x
}

/// The sum of a row's weights, and the largest weight times its cell's step, in 16 parts.
struct WeightTotals {
  __m512 sum;
  __m512i largest;
};

// Scores [begin, end) become weights exp2(score - maximum) times the steps of their cells. A column
// always falls to the same part of the sum, whichever others there are.
template <bool kNumbers>
inline WeightTotals take_weights(float* scores, const float* steps, float maximum, int64_t begin,
                                 int64_t end, PieceQueue& queue) {
  const __m512 shift = _mm512_set1_ps(maximum == kMinusInfinity ? 0.0f : maximum);
  WeightTotals halves[2] = {{_mm512_setzero_ps(), _mm512_setzero_si512()},
                            {_mm512_setzero_ps(), _mm512_setzero_si512()}};
  const auto take = [&](WeightTotals& totals, int64_t c) {
    const __m512 weight = exp2_below_1(_mm512_sub_ps(_mm512_loadu_ps(scores + c), shift));
    totals.sum = _mm512_add_ps(totals.sum, weight);
    const __m512 scaled = with_step<kNumbers>(weight, _mm512_loadu_ps(steps + c));
    totals.largest = larger(totals.largest, scaled);
    _mm512_storeu_ps(scores + c, scaled);
  };
  for (int64_t c = begin; c < end; c += 32) {
    queue.lines(2);
    take(halves[0], c);
    take(halves[1], c + 16);
  }
  return {_mm512_add_ps(halves[0].sum, halves[1].sum),
          _mm512_max_epu32(halves[0].largest, halves[1].largest)};
}

// Codes are not negative, so that packing does not change them.
template <class Codes>
inline void store_weights(const float* scaled, __m512 codes, int64_t begin, int64_t end,
                          int16_t* weights) {
  const __m512i in_order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  for (int64_t c = begin; c < end; c += 32) {
    const __m512i packed =
        _mm512_packus_epi32(Codes::codes(_mm512_loadu_ps(scaled + c), codes),
                            Codes::codes(_mm512_loadu_ps(scaled + c + 16), codes));
    _mm512_storeu_si512(weights + c, _mm512_permutexvar_epi64(in_order, packed));
  }
}

// Scores of rows [first, last) to weights as codes; the maximum and the sum go to the row's partial
// result. kNumbers: all steps of the band's values are numbers.
template <class Products, bool kNumbers>
inline void softmax_to_codes(CodeSpan& s, const Band& band, int64_t first, int64_t last) {
  float maxima[kSoftmaxRows];
  WeightTotals totals[kSoftmaxRows];
  for (int64_t row = first; row < last; ++row) {
    float* scores = s.scores + row * kSpanTokens;
    const int64_t heads = s.tile.heads, token = (band.first + row) / heads;
    const int64_t head = s.tile.kv_head * heads + band.first + row - token * heads;
    change_scores<Avx512>(*s.tile.args, head, s.tile.sequence->past + s.tile.first_token + token,
                          s.span_begin, band.begin, band.end, kLog2E, scores);
    hide_columns(s.tile, s.span_begin, token, band.begin, band.end, scores);
    maxima[row - first] = largest_score(scores, band.begin, band.end);
  }
  for (int64_t row = first; row < last; ++row)
    totals[row - first] =
        take_weights<kNumbers>(s.scores + row * kSpanTokens, s.value_steps, maxima[row - first],
                               band.begin, band.end, s.queue);
  for (int64_t row = first; row < last; ++row) {
    const WeightTotals& of_row = totals[row - first];
    float* partial = s.partial + row * s.partial_stride;
    partial[0] = maxima[row - first] * kLn2;
    partial[1] = Avx512::reduce_add(of_row.sum);
    const CodeSteps of = Products::weight_steps(_mm512_castsi512_ps(
        _mm512_set1_epi32(static_cast<int>(_mm512_reduce_max_epu32(of_row.largest)))));
    s.weight_steps[row] = _mm512_cvtss_f32(of.step);
    store_weights<typename Products::Codes>(s.scores + row * kSpanTokens, of.codes, band.begin,
                                            band.end, s.weights + row * kSpanTokens);
  }
}

template <class Products>
void band_softmax(CodeSpan& s, const Band& band) {
  const bool numbers = all_numbers(s.value_steps, band.begin, band.end);
  for (int64_t row = 0; row < band.rows; row += kSoftmaxRows) {
    const int64_t last = row + kSoftmaxRows < band.rows ? row + kSoftmaxRows : band.rows;
    if (numbers) {
      softmax_to_codes<Products, true>(s, band, row, last);
    } else {
      softmax_to_codes<Products, false>(s, band, row, last);
    }
  }
  s.queue.rest_of_lines();
}

}  // namespace
}  // namespace hearth::kernels
