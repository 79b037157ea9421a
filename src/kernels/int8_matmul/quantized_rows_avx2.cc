// Quantising activations with AVX2; bit for bit what quantize_rows_reference() gives. A row is read
// twice: once for the sum of its squares and the peaks of its groups, once for the codes.
#include "kernels/int8_matmul/code_scale.h"
#include "kernels/simd_avx2.h"

namespace hearth::kernels {
namespace {

using F = __m256;
using I = __m256i;

// Four accumulators of eight lanes.
struct Squares {
  F lanes[4] = {Avx2::zero(), Avx2::zero(), Avx2::zero(), Avx2::zero()};

  float sum() const {
    const F eight =
        _mm256_add_ps(_mm256_add_ps(lanes[0], lanes[1]), _mm256_add_ps(lanes[2], lanes[3]));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
};

// The largest magnitude of `count` columns, whose squares are added on the way.
float largest_magnitude(const float* x, int64_t count, Squares& squares) {
  F acc[4] = {squares.lanes[0], squares.lanes[1], squares.lanes[2], squares.lanes[3]};
  F peak[4] = {Avx2::zero(), Avx2::zero(), Avx2::zero(), Avx2::zero()};
  for (int64_t k = 0; k < count; k += kSegment) {
    for (int j = 0; j < 4; ++j) {
      const F v = _mm256_loadu_ps(x + k + 8 * j);
      acc[j] = _mm256_fmadd_ps(v, v, acc[j]);
      peak[j] = _mm256_max_ps(peak[j], _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v));
    }
  }
  for (int j = 0; j < 4; ++j) squares.lanes[j] = acc[j];
  return Avx2::reduce_max(
      _mm256_max_ps(_mm256_max_ps(peak[0], peak[1]), _mm256_max_ps(peak[2], peak[3])));
}

int64_t count_above(const float* x, int64_t count, float limit) {
  int64_t above = 0;
  for (int64_t k = 0; k < count; k += 8) {
    const F v = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), _mm256_loadu_ps(x + k));
    const int lanes = _mm256_movemask_ps(_mm256_cmp_ps(v, _mm256_set1_ps(limit), _CMP_GT_OQ));
    above += __builtin_popcount(static_cast<unsigned>(lanes));
  }
  return above;
}

// 32 integers of 8 bits, in order, from four vectors of them.
I pack_bytes(const I* v) {
  const I words_low = _mm256_packs_epi32(v[0], v[1]), words_high = _mm256_packs_epi32(v[2], v[3]);
  const I bytes = _mm256_packs_epi16(words_low, words_high);
  return _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// The 16 even columns before the 16 odd ones.
I even_odd(I bytes) {
  const I by_half = _mm256_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4,
                                     6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
  return _mm256_permute4x64_epi64(_mm256_shuffle_epi8(bytes, by_half), 0xd8);
}

void store(int8_t* to, I bytes) { _mm256_storeu_si256(reinterpret_cast<I*>(to), bytes); }

I pack_bytes(const I* codes, CodeForm form) {
  return form == CodeForm::even_odd ? even_odd(pack_bytes(codes)) : pack_bytes(codes);
}

void store_wide(int16_t* to, const I* codes) {
  for (int j = 0; j < 2; ++j) {
    const I words = _mm256_packs_epi32(codes[2 * j], codes[2 * j + 1]);
    _mm256_storeu_si256(reinterpret_cast<I*>(to + 16 * j), _mm256_permute4x64_epi64(words, 0xd8));
  }
}

int32_t sum_lanes(I eight) {
  const __m128i four =
      _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  const __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 1)));
}

// Stores the codes q of one segment; returns which words have second bytes.
template <bool kTwoBytes>
uint32_t store_segment(const I* q, int64_t at, const CodedRows& out) {
  const CodeForm form = out.layout.form;
  if (form == CodeForm::wide) {
    store_wide(out.wide + at, q);
    return 0;
  }
  if (!kTwoBytes) {
    store(out.codes + at, pack_bytes(q, form));
    store(out.over + at, _mm256_setzero_si256());
    return 0;
  }
  I codes[4], over[4];
  for (int j = 0; j < 4; ++j) {
    const I half = _mm256_set1_epi32(1 << (kOverBits - 1));
    over[j] = _mm256_srai_epi32(_mm256_add_epi32(q[j], half), kOverBits);
    codes[j] = _mm256_sub_epi32(q[j], _mm256_slli_epi32(over[j], kOverBits));
  }
  const I second = pack_bytes(over, form);
  store(out.codes + at, pack_bytes(codes, form));
  store(out.over + at, second);
  const I zeros = _mm256_cmpeq_epi32(second, _mm256_setzero_si256());
  return ~static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(zeros))) & 0xff;
}

template <bool kTwoBytes>
SpanCodes quantize_segments(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  SpanCodes span;
  I sums = _mm256_setzero_si256();
  const F inverse = _mm256_set1_ps(s.inverse);
  for (int64_t c = 0; c < out.span; c += kSegment) {
    I q[4];
    for (int j = 0; j < 4; ++j)
      q[j] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + c + 8 * j), inverse));
    span.over_words |= store_segment<kTwoBytes>(q, at + c, out) << c / kWordColumns;
    const I four = _mm256_add_epi32(_mm256_add_epi32(q[0], q[1]), _mm256_add_epi32(q[2], q[3]));
    sums = _mm256_add_epi32(sums, four);
  }
  span.sum = sum_lanes(sums);
  return span;
}

SpanCodes quantize_span(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  if (s.inverse == 0) return clear_span(at, out);
  return s.two_bytes ? quantize_segments<true>(x, s, at, out)
                     : quantize_segments<false>(x, s, at, out);
}

}  // namespace

void quantize_rows_avx2(const float* x, int64_t x_stride, int64_t group, int64_t begin, int64_t end,
                        const CodedRows& out) {
  for (int64_t row = begin; row < end; ++row)
    quantize_row<Squares, largest_magnitude, count_above, quantize_span>(x + row * x_stride, group,
                                                                         row, out);
}

}  // namespace hearth::kernels
