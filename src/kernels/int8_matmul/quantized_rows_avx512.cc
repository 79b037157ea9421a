// Quantising activations with AVX-512; bit for bit what quantize_rows_reference() gives. A row is
// read twice: once for the sum of its squares and the peaks of its groups, once for the codes.
#include "kernels/int8_matmul/code_scale.h"
#include "kernels/simd_avx512.h"

namespace hearth::kernels {
namespace {

using F = __m512;
using I = __m512i;

// Two accumulators, which are the four of eight lanes of the other instruction sets.
struct Squares {
  F low = Avx512::zero(), high = Avx512::zero();

  float sum() const {
    const auto fold = [](F v) {
      return _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    };
    const __m256 eight = _mm256_add_ps(fold(low), fold(high));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
};

// The largest magnitude of `count` columns, whose squares are added on the way.
float largest_magnitude(const float* x, int64_t count, Squares& squares) {
  F low = Avx512::zero(), high = Avx512::zero();
  for (int64_t k = 0; k < count; k += kSegment) {
    const F a = _mm512_loadu_ps(x + k), b = _mm512_loadu_ps(x + k + 16);
    squares.low = _mm512_fmadd_ps(a, a, squares.low);
    squares.high = _mm512_fmadd_ps(b, b, squares.high);
    low = _mm512_max_ps(low, _mm512_abs_ps(a));
    high = _mm512_max_ps(high, _mm512_abs_ps(b));
  }
  return Avx512::reduce_max(_mm512_max_ps(low, high));
}

int64_t count_above(const float* x, int64_t count, float limit) {
  int64_t above = 0;
  for (int64_t k = 0; k < count; k += 16) {
    const F v = _mm512_abs_ps(_mm512_loadu_ps(x + k));
    above += __builtin_popcount(_mm512_cmp_ps_mask(v, _mm512_set1_ps(limit), _CMP_GT_OQ));
  }
  return above;
}

// Four vectors of integers of 8 bits as 64 bytes: the two segments in order, or of each the 16 even
// columns before the 16 odd ones. What the packing leaves in 128-bit lane L is of columns 4 L to
// 4 L + 3 of each vector in turn.
I pack_bytes(const I* v, CodeForm form) {
  const I packed =
      _mm512_packs_epi16(_mm512_packs_epi32(v[0], v[1]), _mm512_packs_epi32(v[2], v[3]));
  if (form == CodeForm::bytes) {
    const I in_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(in_order, packed);
  }
  const I by_pairs =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
  // Pairs of columns, even or odd: of vector v in lane L the even pair is word 8 L + v now.
  alignas(64) static constexpr int16_t kSplit[32] = {0,  8,  16, 24, 1,  9,  17, 25, 4,  12, 20,
                                                     28, 5,  13, 21, 29, 2,  10, 18, 26, 3,  11,
                                                     19, 27, 6,  14, 22, 30, 7,  15, 23, 31};
  return _mm512_permutexvar_epi16(_mm512_load_si512(kSplit), _mm512_shuffle_epi8(packed, by_pairs));
}

// The codes of V vectors, 32 or 64 columns of a group.
template <int V, bool kTwoBytes>
struct Codes {
  I q[4];  // zeros from V on

  Codes(const float* x, const CodeScale& s) {
    const F inverse = _mm512_set1_ps(s.inverse);
    for (int v = 0; v < 4; ++v)
      q[v] = v < V ? _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + v * 16), inverse))
                   : _mm512_setzero_si512();
  }

  I sums() const {
    return _mm512_add_epi32(_mm512_add_epi32(q[0], q[1]), _mm512_add_epi32(q[2], q[3]));
  }

  /// Returns which words have second bytes.
  uint32_t store(int64_t at, const CodedRows& out) const {
    if (out.layout.form == CodeForm::wide) {
      for (int v = 0; v < V; ++v)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out.wide + at + v * 16),
                            _mm512_cvtepi32_epi16(q[v]));
      return 0;
    }
    if (!kTwoBytes) {
      put(out.codes + at, pack_bytes(q, out.layout.form));
      put(out.over + at, _mm512_setzero_si512());
      return 0;
    }
    I codes[4], over[4];
    for (int v = 0; v < 4; ++v) {
      const I half = _mm512_set1_epi32(1 << (kOverBits - 1));
      over[v] = _mm512_srai_epi32(_mm512_add_epi32(q[v], half), kOverBits);
      codes[v] = _mm512_sub_epi32(q[v], _mm512_slli_epi32(over[v], kOverBits));
    }
    const I second = pack_bytes(over, out.layout.form);
    put(out.codes + at, pack_bytes(codes, out.layout.form));
    put(out.over + at, second);
    return _mm512_test_epi32_mask(second, second);
  }

 private:
  static void put(int8_t* to, I bytes) {
    if (V == 4) return _mm512_storeu_si512(to, bytes);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_castsi512_si256(bytes));
  }
};

template <int V, bool kTwoBytes>
SpanCodes quantize_vectors(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  SpanCodes span;
  I sums = _mm512_setzero_si512();
  for (int64_t c = 0; c < out.span; c += V * 16) {
    const Codes<V, kTwoBytes> codes(x + c, s);
    span.over_words |= codes.store(at + c, out) << c / kWordColumns;
    sums = _mm512_add_epi32(sums, codes.sums());
  }
  span.sum = _mm512_reduce_add_epi32(sums);
  return span;
}

SpanCodes quantize_span(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  if (s.inverse == 0) return clear_span(at, out);
  if (out.span == kSegment)
    return s.two_bytes ? quantize_vectors<2, true>(x, s, at, out)
                       : quantize_vectors<2, false>(x, s, at, out);
  return s.two_bytes ? quantize_vectors<4, true>(x, s, at, out)
                     : quantize_vectors<4, false>(x, s, at, out);
}

}  // namespace

void quantize_rows_avx512(const float* x, int64_t x_stride, int64_t group, int64_t begin,
                          int64_t end, const CodedRows& out) {
  for (int64_t row = begin; row < end; ++row)
    quantize_row<Squares, largest_magnitude, count_above, quantize_span>(x + row * x_stride, group,
                                                                         row, out);
}

}  // namespace hearth::kernels
