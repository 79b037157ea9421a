// The softmax of a band: scores, as base-2 logarithms, become weights as bytes. A weight
// exp2(score - maximum) takes its cell's step with it, so that the codes of all values are added up
// alike, and the weights of a chunk of cells have one step: 8 bits of the largest of them.
#pragma once

#include "kernels/attention/byte_span_avx512.h"
#include "kernels/attention/register_rows_avx512.h"
#include "kernels/attention/row_scores_avx512.h"
#include "kernels/attention/score_changes.h"
#include "kernels/simd_avx512.h"

namespace hearth::kernels {
namespace {

/// 2^x for x <= 0, off by 2^-13 of itself; 2^0 is 1, 2^-inf is 0.
inline __m512 rough_exp2(__m512 x) {
  const __m512 f = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);  // x - floor(x)
  __m512 p = _mm512_set1_ps(0x1.3baacp-4f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.d2377cp-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0x1.63e65ap-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, x);  // takes the floor of x
}

// What the scores of a row are multiplied by, and what is taken from them then.
struct RowShift {
  float step, shift;
};

/// Largest magnitudes of chunks, each in 16 parts; 0 of those that a row does not have.
struct ChunkMaxima {
  __m512i of[kSpanChunks];
};

// Scores become weights times the steps of their cells, where they stand; `sums` has the weights
// without those, a column always in the same part. kNumbers: all the steps are numbers.
template <bool kNumbers>
inline __m512i take_chunk(float* scores, const float* cell_steps, const RowShift& of,
                          __m512 (&sums)[4]) {
  const __m512 step = _mm512_set1_ps(of.step), shift = _mm512_set1_ps(of.shift);
  __m512i most = _mm512_setzero_si512();
  HEARTH_UNROLLED for (int i = 0; i < 4; ++i) {
    const __m512 x = _mm512_fmsub_ps(_mm512_loadu_ps(scores + i * 16), step, shift);
    const __m512 weight = rough_exp2(x);
    sums[i] = _mm512_add_ps(sums[i], weight);
    const __m512 scaled = with_step<kNumbers>(weight, _mm512_loadu_ps(cell_steps + i * 16));
    most = larger(most, scaled);
    _mm512_storeu_ps(scores + i * 16, scaled);
  }
  return most;
}

/// The largest of each of eight vectors.
inline __m256i largest_of_each(const ChunkMaxima& x) {
  static_assert(kSpanChunks == 8);
  const auto two = [&](int i) {
    return _mm512_max_epu32(_mm512_unpacklo_epi32(x.of[i], x.of[i + 1]),
                            _mm512_unpackhi_epi32(x.of[i], x.of[i + 1]));
  };
  const auto four = [&](int i) {
    const __m512i low = two(i), high = two(i + 2);
    return _mm512_max_epu32(_mm512_unpacklo_epi64(low, high), _mm512_unpackhi_epi64(low, high));
  };
  const __m512i low = four(0), high = four(4);  // [4 parts, 4 vectors]
  const __m512i halves = _mm512_max_epu32(_mm512_shuffle_i32x4(low, high, 0x88),
                                          _mm512_shuffle_i32x4(low, high, 0xdd));
  const __m512i all = _mm512_max_epu32(halves, _mm512_shuffle_i32x4(halves, halves, 0xb1));
  return _mm512_castsi512_si256(_mm512_shuffle_i32x4(all, all, 0x08));
}

/// For each chunk of a row: the step of its weights and codes to a unit.
struct WeightSteps {
  __m256 step, codes;
};
inline WeightSteps weight_steps(__m256 most) {
  // Next to nothing is nothing: its reciprocal would not be a number.
  const __mmask8 some = _mm256_cmp_ps_mask(most, _mm256_set1_ps(0x1p-100f), _CMP_NLT_UQ);
  return {_mm256_maskz_mul_ps(some, most, _mm256_set1_ps(1.0f / kWeightCodes)),
          _mm256_maskz_div_ps(some, _mm256_set1_ps(kWeightCodes), most)};
}

// Codes of one chunk, in the order of weight_word().
inline void store_chunk(const float* scaled, float units, uint8_t* weights) {
  const __m512 codes = _mm512_set1_ps(units);
  const auto integers = [&](int i) {
    return IntegerCodes::codes(_mm512_loadu_ps(scaled + i * 16), codes);
  };
  _mm512_storeu_si512(weights, _mm512_packus_epi16(_mm512_packus_epi32(integers(0), integers(1)),
                                                   _mm512_packus_epi32(integers(2), integers(3))));
}

/// Columns of the chunks that a band has a part of.
inline CellRange chunk_columns(const Band& band) {
  return {band.begin / kChunk * kChunk, (band.end + kChunk - 1) / kChunk * kChunk};
}

// Hides what the row does not see, and finds its largest score.
inline RowShift prepare_row(ByteSpan& s, const Band& band, int64_t row, float* partial) {
  float* scores = s.scores + row * kSpanTokens;
  const AttentionArgs& args = *s.tile.args;
  const int64_t heads = s.tile.heads, token = (band.first + row) / heads;
  RowShift of = {s.query_steps[band.first + row], 0};
  if (args.softcap != 0 || args.alibi_slopes != nullptr) {
    for (int64_t c = band.begin; c < band.end; ++c) scores[c] *= of.step;
    of.step = 1.0f;
    const int64_t head = s.tile.kv_head * heads + band.first + row - token * heads;
    change_scores<Avx512>(args, head, s.tile.sequence->past + s.tile.first_token + token,
                          s.span_begin, band.begin, band.end, kLog2E, scores);
  }
  const CellRange chunks = chunk_columns(band);
  hide_columns(s.tile, s.span_begin, token, chunks.begin, chunks.end, scores);
  const float most = largest_score(scores, band.begin, band.end);
  if (of.step == 0 || most == kMinusInfinity) of.step = 1.0f;  // -infinity times 0 is no number
  if (most != kMinusInfinity) of.shift = most * of.step;
  partial[0] = most * of.step * kLn2;
  return of;
}

template <bool kNumbers>
inline void softmax_rows(ByteSpan& s, const Band& band, int64_t first, int64_t last) {
  RowShift shifts[kSoftmaxRows];
  float units[kSoftmaxRows][kSpanChunks];
  const CellRange chunks = chunk_columns(band);
  const auto partial = [&](int64_t row) { return s.partial + row * s.partial_stride; };
  for (int64_t row = first; row < last; ++row)
    shifts[row - first] = prepare_row(s, band, row, partial(row));
  for (int64_t row = first; row < last; ++row) {
    const __m512 zero = _mm512_setzero_ps();
    __m512 sums[4] = {zero, zero, zero, zero};
    ChunkMaxima maxima = {};
    for (int64_t c = chunks.begin; c < chunks.end; c += kChunk) {
      s.queue.lines(4);
      maxima.of[c / kChunk] = take_chunk<kNumbers>(s.scores + row * kSpanTokens + c,
                                                   s.value_steps + c, shifts[row - first], sums);
    }
    partial(row)[1] = Avx512::reduce_add(
        _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
    const WeightSteps of = weight_steps(_mm256_castsi256_ps(largest_of_each(maxima)));
    _mm256_storeu_ps(s.weight_steps + row * kSpanChunks, of.step);
    _mm256_storeu_ps(units[row - first], of.codes);
  }
  for (int64_t row = first; row < last; ++row)
    for (int64_t c = chunks.begin; c < chunks.end; c += kChunk)
      store_chunk(s.scores + row * kSpanTokens + c, units[row - first][c / kChunk],
                  s.weights + row * kSpanTokens + c);
}

inline void band_softmax(ByteSpan& s, const Band& band) {
  const CellRange chunks = chunk_columns(band);
  const bool numbers = all_numbers(s.value_steps, chunks.begin, chunks.end);
  for (int64_t row = 0; row < band.rows; row += kSoftmaxRows) {
    const int64_t last = row + kSoftmaxRows < band.rows ? row + kSoftmaxRows : band.rows;
    if (numbers) {
      softmax_rows<true>(s, band, row, last);
    } else {
      softmax_rows<false>(s, band, row, last);
    }
  }
  s.queue.rest_of_lines();
}

}  // namespace
}  // namespace hearth::kernels
