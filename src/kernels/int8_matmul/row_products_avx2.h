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
  const float* scale;
  const float* offset;

  EightRows(const Int8MatmulArgs& a, const AffineWeights& view, int64_t first, float* room)
      : scale(room), offset(room + kRows * view.groups) {
    for (int64_t i = 0; i < kRows; ++i)
      row[i] = view.segment(first + i < a.row_end ? first + i : first, 0);
    read_eight_rows(*a.weight, view, first, a.row_end - first,
                    {room, room + kRows * view.groups, kRows}, room + 2 * kRows * view.groups);
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

// Adjacent lanes, then the halves: vector i becomes lane i.
inline __m256i gather_rows(const __m256i* v) {
  const __m256i low = _mm256_hadd_epi32(_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3]));
  const __m256i high =
      _mm256_hadd_epi32(_mm256_hadd_epi32(v[4], v[5]), _mm256_hadd_epi32(v[6], v[7]));
  return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20),
                          _mm256_permute2x128_si256(low, high, 0x31));
}

// Nibbles, x as bytes. Products of a segment stay in their half of a vector. Sums of 16 bits do not
// overflow: 16 products of at most 15 * 127.
inline TwoSums dot_nibbles(const EightRows& rows, int64_t at0, int64_t at1, __m256i flip,
                           __m256i x_low, __m256i x_high) {
  const __m256i mask = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
  __m256i p[kRows];
  for (int64_t i = 0; i < kRows; ++i) {
    const __m256i codes =
        _mm256_xor_si256(load_halves(rows.row[i] + at0, rows.row[i] + at1), flip);
    const __m256i low = _mm256_and_si256(codes, mask);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(codes, 4), mask);
    p[i] = _mm256_add_epi16(_mm256_maddubs_epi16(low, x_low), _mm256_maddubs_epi16(high, x_high));
  }
  const auto four = [&](const __m256i* v) {
    const __m256i pairs =
        _mm256_hadd_epi16(_mm256_hadd_epi16(v[0], v[1]), _mm256_hadd_epi16(v[2], v[3]));
    return _mm256_madd_epi16(pairs, ones);
  };
  const __m256i a = four(p), b = four(p + 4);
  return {_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31)};
}

struct NibbleRows {
  const QuantizedRows& x;
  __m256i flip;

  TwoSums dot(const EightRows& rows, const AffineWeights& view, int64_t token, int64_t s,
              bool pair) const {
    const int64_t next = pair ? s + 1 : s;
    const int64_t at0 = s * view.segment_bytes, at1 = next * view.segment_bytes;
    const auto with = [&](const int8_t* codes) {
      const int8_t* c0 = codes + token * x.cols + s * kSegment;
      const int8_t* c1 = codes + token * x.cols + next * kSegment;
      return dot_nibbles(rows, at0, at1, flip, load_halves(c0, c1), load_halves(c0 + 16, c1 + 16));
    };
    TwoSums sums = with(x.high);
    const int32_t* steps = x.steps + token * x.segments();
    if (steps[s] == 1 && steps[next] == 1) return sums;
    const TwoSums rest = with(x.low);
    const auto add = [](__m256i sum, int32_t factor, __m256i low) {
      return _mm256_add_epi32(_mm256_mullo_epi32(sum, _mm256_set1_epi32(factor)), low);
    };
    return {add(sums.first, steps[s], rest.first), add(sums.second, steps[next], rest.second)};
  }
};

struct ByteRows {
  const QuantizedRows& x;
  __m256i flip;

  __m256i dot_one(const EightRows& rows, const AffineWeights& view, int64_t token,
                  int64_t s) const {
    const auto* codes = reinterpret_cast<const __m256i*>(x.wide + token * x.cols + s * kSegment);
    const __m256i x0 = _mm256_loadu_si256(codes), x1 = _mm256_loadu_si256(codes + 1);
    const __m128i half_flip = _mm256_castsi256_si128(flip);
    __m256i p[kRows];
    for (int64_t i = 0; i < kRows; ++i) {
      const auto* w = reinterpret_cast<const __m128i*>(rows.row[i] + s * view.segment_bytes);
      const __m256i w0 = _mm256_cvtepu8_epi16(_mm_xor_si128(_mm_loadu_si128(w), half_flip));
      const __m256i w1 = _mm256_cvtepu8_epi16(_mm_xor_si128(_mm_loadu_si128(w + 1), half_flip));
      p[i] = _mm256_add_epi32(_mm256_madd_epi16(w0, x0), _mm256_madd_epi16(w1, x1));
    }
    return gather_rows(p);
  }
  TwoSums dot(const EightRows& rows, const AffineWeights& view, int64_t token, int64_t s,
              bool pair) const {
    const __m256i first = dot_one(rows, view, token, s);
    return {first, pair ? dot_one(rows, view, token, s + 1) : first};
  }
};

// y of eight rows for one token.
template <class Rows>
inline __m256 multiply_token(const Rows& source, const EightRows& rows, const AffineWeights& view,
                             int64_t token) {
  const QuantizedRows& x = source.x;
  const int64_t segments = x.segments(), group_segments = view.group / kSegment;
  const float* scales = x.scales + token * segments;
  const float* sums = x.sums + token * view.groups;
  __m256 y = _mm256_setzero_ps(), acc = _mm256_setzero_ps();
  int64_t group = 0, group_end = group_segments;
  const auto add = [&](int64_t s, __m256i sum) {
    acc = _mm256_fmadd_ps(_mm256_set1_ps(scales[s]), _mm256_cvtepi32_ps(sum), acc);
    if (s + 1 < group_end) return;
    y = _mm256_fmadd_ps(_mm256_loadu_ps(rows.scale + kRows * group), acc, y);
    y = _mm256_fmadd_ps(_mm256_loadu_ps(rows.offset + kRows * group), _mm256_set1_ps(sums[group]),
                        y);
    acc = _mm256_setzero_ps();
    ++group;
    group_end += group_segments;
  };
  for (int64_t s = 0; s < segments; s += 2) {
    const bool pair = s + 1 < segments;
    const TwoSums sum = source.dot(rows, view, token, s, pair);
    add(s, sum.first);
    if (pair) add(s + 1, sum.second);
  }
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
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(view.flip));
  if (view.is_nibbles) {
    multiply_rows_from(a, view, NibbleRows{*a.x, flip});
  } else {
    multiply_rows_from(a, view, ByteRows{*a.x, flip});
  }
}

}  // namespace
}  // namespace hearth::kernels
