// A few tokens with AVX2: weights are read as they lie, eight rows side by side, and unpacked in
// registers; a lane of the sums is a row. With more than one token, eight rows stay in cache while
// the tokens pass by.
#pragma once

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/int8_matmul/scales_avx2.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kRows = 8;

// Eight rows of W, and the scales and offsets of their groups, [groups][8]. Rows past the end are
// the first one again; their results are dropped.
struct EightRows {
  const std::byte* row[kRows];
  int64_t next;  // bytes to the same place 16 rows further
  const float* scale;
  const float* offset;

  EightRows(const Int8MatmulArgs& a, const AffineWeights& view, int64_t first, float* room)
      : next(2 * kRows * view.row_bytes), scale(room), offset(room + kRows * view.groups) {
    for (int64_t i = 0; i < kRows; ++i)
      row[i] = view.segment(first + i < a.row_end ? first + i : first, 0);
    read_eight_rows(*a.weight, view, first, a.row_end - first,
                    {room, room + kRows * view.groups, kRows}, room + 2 * kRows * view.groups);
  }
  // Two segments of the eight rows after the next: a row is too short for the hardware's
  // prefetchers to get going. Lines of 64 bytes are asked for once or twice.
  void prefetch(int64_t segment, int64_t bytes) const {
    for (const std::byte* p : row) {
      const auto at = reinterpret_cast<uintptr_t>(p + segment * (bytes / 2) + next);
      Avx2::prefetch(at);
      if (bytes > 64) Avx2::prefetch(at + 64);
    }
  }
  static int64_t bytes(const AffineWeights& view) {
    return (2 * kRows * view.groups + decoded_floats(view)) * 4;
  }
};

inline __m256i load_halves(const void* low, const void* high) {
  const __m128i first = _mm_loadu_si128(static_cast<const __m128i*>(low));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(first),
                                 _mm_loadu_si128(static_cast<const __m128i*>(high)), 1);
}

// Sums of two segments, a lane a row.
struct TwoSums {
  __m256i first;
  __m256i second;
};

// Sums of all elements of eight vectors: vector i becomes lane i. (Interleaving and adding takes
// half as long as the horizontal additions of the instruction set.)
inline __m256i gather_rows(const __m256i* v) {
  const auto two = [](__m256i a, __m256i b) {
    return _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
  };
  const auto four = [](__m256i a, __m256i b) {
    return _mm256_add_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
  };
  const __m256i low = four(two(v[0], v[1]), two(v[2], v[3]));
  const __m256i high = four(two(v[4], v[5]), two(v[6], v[7]));
  return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20),
                          _mm256_permute2x128_si256(low, high, 0x31));
}

// Where nibbles lie: one segment right after the other, as they are or with top bits to turn, or in
// blocks with headers.
enum class NibbleLayout { packed, packed_flipped, blocks };

// Two segments, or with kPair false one, which stands for its missing neighbour too.
template <NibbleLayout kLayout, bool kPair>
[[gnu::always_inline]] inline __m256i load_nibbles(const std::byte* row, int64_t at0, int64_t at1) {
  const __m256i codes = kLayout != NibbleLayout::blocks && kPair
                            ? _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + at0))
                            : load_halves(row + at0, row + at1);
  if constexpr (kLayout != NibbleLayout::packed_flipped) return codes;
  return _mm256_xor_si256(codes, _mm256_set1_epi8(static_cast<char>(0x88)));
}

// Products of a segment stay in their half of a vector. Sums of 16 bits do not overflow: 16
// products of at most 15 * 128.
template <NibbleLayout kLayout, bool kPair>
[[gnu::always_inline]] inline TwoSums dot_nibbles(const EightRows& rows, int64_t at0, int64_t at1,
                                                  __m256i x_low, __m256i x_high) {
  const __m256i mask = _mm256_set1_epi8(15);
  const auto row = [&](int64_t i) {
    const __m256i codes = load_nibbles<kLayout, kPair>(rows.row[i], at0, at1);
    const __m256i low = _mm256_and_si256(codes, mask);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(codes, 4), mask);
    __m256i sum =
        _mm256_add_epi16(_mm256_maddubs_epi16(low, x_low), _mm256_maddubs_epi16(high, x_high));
    asm("" : "+x"(sum));  // one row after the other: eight at once do not fit the registers
    return sum;
  };
  const auto two = [&](int64_t i) {
    const __m256i a = row(i), b = row(i + 1);
    return _mm256_add_epi16(_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b));
  };
  // 16 products a lane now, and each row has two lanes in a half, four lanes apart: made
  // neighbours.
  const __m256i neighbours = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
  const auto four = [&](int64_t i) {
    const __m256i a = two(i), b = two(i + 2);
    const __m256i sums = _mm256_add_epi16(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    return _mm256_madd_epi16(_mm256_shuffle_epi8(sums, neighbours), _mm256_set1_epi16(1));
  };
  const __m256i a = four(0), b = four(4);
  return {_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31)};
}

template <NibbleLayout kLayout>
struct NibbleRows {
  const CodedRows& x;

  template <bool kPair>
  [[gnu::always_inline]] TwoSums with(const int8_t* codes, const EightRows& rows, int64_t bytes,
                                      int64_t s) const {
    const int64_t next = kPair ? s + 1 : s;
    const int8_t* c0 = codes + s * kSegment;
    const int8_t* c1 = codes + next * kSegment;
    return dot_nibbles<kLayout, kPair>(rows, s * bytes, next * bytes, load_halves(c0, c1),
                                       load_halves(c0 + 16, c1 + 16));
  }
  // Not inlined, or compilers keep the unpacked weights in memory for it.
  template <bool kPair>
  [[gnu::noinline]] void with_over(const EightRows& rows, int64_t bytes, int64_t token, int64_t s,
                                   int32_t* sums) const {
    const TwoSums over = with<kPair>(x.over + token * x.cols, rows, bytes, s);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums), over.first);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + kRows), over.second);
  }
  template <bool kPair>
  [[gnu::always_inline]] TwoSums dot(const EightRows& rows, int64_t bytes, int64_t token,
                                     int64_t s) const {
    TwoSums sums = with<kPair>(x.codes + token * x.cols, rows, bytes, s);
    const uint32_t* words = x.over_words + token * x.spans();
    const int64_t span_segments = x.span / kSegment;
    if ((words[s / span_segments] | words[(kPair ? s + 1 : s) / span_segments]) != 0) [[unlikely]] {
      int32_t over[2 * kRows];
      with_over<kPair>(rows, bytes, token, s, over);
      const auto add = [](__m256i sum, const int32_t* second) {
        const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(second));
        return _mm256_add_epi32(sum, _mm256_slli_epi32(v, kOverBits));
      };
      sums.first = add(sums.first, over);
      sums.second = add(sums.second, over + kRows);
    }
    return sums;
  }
};

struct ByteRows {
  const CodedRows& x;
  __m256i flip;

  [[gnu::always_inline]] __m256i dot_one(const EightRows& rows, int64_t bytes, int64_t token,
                                         int64_t s) const {
    const auto* codes = reinterpret_cast<const __m256i*>(x.wide + token * x.cols + s * kSegment);
    const __m256i x0 = _mm256_loadu_si256(codes), x1 = _mm256_loadu_si256(codes + 1);
    const __m128i half_flip = _mm256_castsi256_si128(flip);
    __m256i p[kRows];
    for (int64_t i = 0; i < kRows; ++i) {
      const auto* w = reinterpret_cast<const __m128i*>(rows.row[i] + s * bytes);
      const __m256i w0 = _mm256_cvtepu8_epi16(_mm_xor_si128(_mm_loadu_si128(w), half_flip));
      const __m256i w1 = _mm256_cvtepu8_epi16(_mm_xor_si128(_mm_loadu_si128(w + 1), half_flip));
      p[i] = _mm256_add_epi32(_mm256_madd_epi16(w0, x0), _mm256_madd_epi16(w1, x1));
    }
    return gather_rows(p);
  }
  template <bool kPair>
  [[gnu::always_inline]] TwoSums dot(const EightRows& rows, int64_t bytes, int64_t token,
                                     int64_t s) const {
    const __m256i first = dot_one(rows, bytes, token, s);
    return {first, kPair ? dot_one(rows, bytes, token, s + 1) : first};
  }
};

// y of eight rows for one token.
template <class Rows>
inline __m256 multiply_token(const Rows& source, const EightRows& rows, const AffineWeights& view,
                             int64_t token) {
  const CodedRows& x = source.x;
  const int64_t segments = x.cols / kSegment, group_segments = view.group / kSegment;
  const int64_t bytes = view.segment_bytes, span_segments = x.span / kSegment;
  const float* scales = x.scales + token * x.spans();
  const float* sums = x.sums + token * view.groups;
  __m256 y = _mm256_setzero_ps(), acc = _mm256_setzero_ps();
  __m256i total = _mm256_setzero_si256();
  int64_t group = 0, group_end = group_segments, span_end = span_segments;
  const auto add = [&](int64_t s, __m256i sum) {
    total = _mm256_add_epi32(total, sum);
    if (s + 1 < span_end) return;
    acc = _mm256_fmadd_ps(_mm256_set1_ps(*scales++), _mm256_cvtepi32_ps(total), acc);
    total = _mm256_setzero_si256();
    span_end += span_segments;
    if (s + 1 < group_end) return;
    y = _mm256_fmadd_ps(_mm256_loadu_ps(rows.scale + kRows * group), acc, y);
    y = _mm256_fmadd_ps(_mm256_loadu_ps(rows.offset + kRows * group), _mm256_set1_ps(sums[group]),
                        y);
    acc = _mm256_setzero_ps();
    ++group;
    group_end += group_segments;
  };
  int64_t s = 0;
  for (; s + 1 < segments; s += 2) {
    if (token == 0) rows.prefetch(s, 2 * bytes);
    const TwoSums sum = source.template dot<true>(rows, bytes, token, s);
    add(s, sum.first);
    add(s + 1, sum.second);
  }
  if (s < segments) add(s, source.template dot<false>(rows, bytes, token, s).first);
  return y;
}

template <class Rows>
inline void multiply_rows_from(const Int8MatmulArgs& a, const AffineWeights& view,
                               const Rows& source) {
  auto* room = reinterpret_cast<float*>(a.scratch);
  for (int64_t n = a.row_begin; n < a.row_end; n += kRows) {
    const EightRows rows(a, view, n, room);
    for (int64_t t = 0; t < a.x->rows; ++t) {
      const __m256 y = multiply_token(source, rows, view, t);
      float* to = a.y + t * a.y_stride + n;
      if (n + kRows <= a.row_end) {
        _mm256_storeu_ps(to, y);
      } else {
        Avx2::store_partial(to, y, a.row_end - n);
      }
    }
  }
}

inline void multiply_rows(const Int8MatmulArgs& a, const AffineWeights& view) {
  if (view.is_split) return multiply_rows_from(a, view, NibbleRows<NibbleLayout::blocks>{*a.x});
  if (!view.is_nibbles)
    return multiply_rows_from(a, view,
                              ByteRows{*a.x, _mm256_set1_epi8(static_cast<char>(view.flip))});
  if (view.flip == 0) return multiply_rows_from(a, view, NibbleRows<NibbleLayout::packed>{*a.x});
  multiply_rows_from(a, view, NibbleRows<NibbleLayout::packed_flipped>{*a.x});
}

}  // namespace
}  // namespace hearth::kernels
