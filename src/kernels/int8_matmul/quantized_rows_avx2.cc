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

void store_bytes(int8_t* to, const I* codes, CodeForm form) {
  const I bytes = pack_bytes(codes);
  _mm256_storeu_si256(reinterpret_cast<I*>(to),
                      form == CodeForm::even_odd ? even_odd(bytes) : bytes);
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

// The codes of one segment; returns their sums.
template <bool kTwoBytes>
I quantize_segment(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  const F inverse = _mm256_set1_ps(s.inverse), scale = _mm256_set1_ps(s.scale);
  const F low_inverse = _mm256_set1_ps(s.inverse * static_cast<float>(kLowSteps));
  I high[4], low[4], code[4];
  for (int j = 0; j < 4; ++j) {
    const F values = _mm256_loadu_ps(x + 8 * j);
    high[j] = code[j] = _mm256_cvtps_epi32(_mm256_mul_ps(values, inverse));
    if (!kTwoBytes) continue;
    const F rest = _mm256_fnmadd_ps(_mm256_cvtepi32_ps(high[j]), scale, values);
    low[j] = _mm256_cvtps_epi32(_mm256_mul_ps(rest, low_inverse));
    code[j] = _mm256_add_epi32(_mm256_mullo_epi32(high[j], _mm256_set1_epi32(kLowSteps)), low[j]);
  }
  if (out.layout.form == CodeForm::wide) {
    store_wide(out.wide + at, code);
  } else {
    store_bytes(out.high + at, high, out.layout.form);
    if (kTwoBytes) {
      store_bytes(out.low + at, low, out.layout.form);
    } else {
      _mm256_storeu_si256(reinterpret_cast<I*>(out.low + at), _mm256_setzero_si256());
    }
  }
  return _mm256_add_epi32(_mm256_add_epi32(code[0], code[1]), _mm256_add_epi32(code[2], code[3]));
}

// The codes of one span; returns their sum.
template <bool kTwoBytes>
int32_t quantize_segments(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  I sums = _mm256_setzero_si256();
  for (int64_t c = 0; c < out.span; c += kSegment)
    sums = _mm256_add_epi32(sums, quantize_segment<kTwoBytes>(x + c, s, at + c, out));
  return sum_lanes(sums);
}

int32_t quantize_span(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  if (s.inverse == 0) return clear_span(at, out);
  return s.two_bytes ? quantize_segments<true>(x, s, at, out)
                     : quantize_segments<false>(x, s, at, out);
}

}  // namespace

void quantize_rows_avx2(const float* x, int64_t x_stride, int64_t group, int64_t begin, int64_t end,
                        const CodedRows& out) {
  for (int64_t row = begin; row < end; ++row)
    quantize_row<Squares, largest_magnitude, quantize_span>(x + row * x_stride, group, row, out);
}

}  // namespace hearth::kernels
