// Weights as rows of bf16 pairs, rounded to nearest even: where they lie in bf16, as they are;
// other types are decoded to a block that stays in the cache while the tokens pass by.
#pragma once

#include "kernels/matmul/decode.h"

namespace hearth::kernels {

/// Columns of a vector of pairs: rows are padded to whole vectors.
inline constexpr int64_t kPairColumns = 32;

// Without linkage: compiled for this processor, and for no other file.
namespace {

inline int64_t padded_columns(int64_t cols) {
  return (cols + kPairColumns - 1) / kPairColumns * kPairColumns;
}

/// True when rows of W are pairs of bf16 as they lie.
inline bool lies_in_bf16(const WeightMatrix& w) {
  return w.type == ElementType::bf16 && w.is_plain();
}

}  // namespace

/// 32 columns of f32 as bf16, zero from the `left`th on.
template <class S, class B>
inline typename S::I round_columns(const float* x, int64_t left) {
  const auto load = [](const float* p, int64_t n) {
    return n >= S::kLanes ? S::load(p) : n > 0 ? S::load_partial(p, n) : S::zero();
  };
  return B::round(load(x, left), load(x + S::kLanes, left - S::kLanes));
}

/// The 16 values that a nibble can stand for, before zero points and scales; false when the weight
/// is not one of nibbles in groups of whole vectors.
template <class S>
inline bool nibble_values(const WeightMatrix& w, float* values) {
  const bool nibbles = w.type == ElementType::u4 || w.type == ElementType::i4 ||
                       w.type == ElementType::nf4 || w.type == ElementType::f4e2m1;
  const bool grouped = w.scales != nullptr || w.zero_points != nullptr;
  if (!nibbles || w.cols % kPairColumns != 0 || (grouped && w.group % kPairColumns != 0))
    return false;
  std::byte codes[8];
  for (int i = 0; i < 8; ++i) codes[i] = static_cast<std::byte>(2 * i | (2 * i + 1) << 4);
  decode_to_f32(w.type, codes, 0, 16, values);
  for (int i = 0; i < 16 && w.table != nullptr; ++i) values[i] = w.looked_up(values[i]);
  return true;
}

// A row of nibbles: the 16 values of a group are scaled and rounded, and then looked up, 32 at a
// time; five instructions where decoding each to f32 takes sixteen. `count` is at most kChunk.
template <class S, class B>
inline void decode_nibbles_to_bf16(const WeightMatrix& w, const float* values, int64_t row,
                                   int64_t first, int64_t count, std::byte* out) {
  const bool grouped = w.scales != nullptr || w.zero_points != nullptr;
  const int64_t group = grouped ? w.group : w.cols;
  const int64_t begin = first / group, groups = (first + count - 1) / group + 1 - begin;
  float scales[kChunk / kPairColumns] = {1.0f}, zero_points[kChunk / kPairColumns] = {0.0f};
  if (grouped) read_scales<S>(w, row * (w.cols / group) + begin, groups, scales, zero_points);
  const std::byte* codes = w.data + (row * w.cols + first) / 2;
  for (int64_t g = 0, k = 0; g < groups; ++g) {
    const int64_t group_end = (begin + g + 1) * group - first;
    const int64_t end = group_end < count ? group_end : count;
    const auto scaled =
        S::mul(S::sub(S::load(values), S::set1(zero_points[g])), S::set1(scales[g]));
    const auto table = B::round(scaled, scaled);  // twice, since an index has five bits
    for (; k < end; k += kPairColumns) {
      const auto bytes = S::load_u8(codes + k / 2);
      const auto indices = S::bits_or(bytes, S::template shift_left<12>(bytes));
      _mm512_storeu_si512(out + k * 2, _mm512_permutexvar_epi16(indices, table));
    }
  }
}

/// Columns [first, first + count <= kChunk) of row `row` of W, padded with zeros.
template <class S, class B>
inline void decode_row_to_bf16(const WeightMatrix& w, const float* nibbles, int64_t row,
                               int64_t first, int64_t count, std::byte* out) {
  if (nibbles != nullptr) return decode_nibbles_to_bf16<S, B>(w, nibbles, row, first, count, out);
  alignas(64) float values[kChunk];
  decode_weights<S>(w, row, first, count, values);
  for (int64_t k = 0; k < count; k += kPairColumns)
    _mm512_storeu_si512(out + k * 2, (round_columns<S, B>(values + k, count - k)));
}

/// Columns [first, first + count) of rows [r, r + rows) of W as bf16, `stride` bytes apart, padded
/// with zeros to whole vectors; rows from row_end on are zeros. `first` is a multiple of kChunk, or
/// W lies in bf16.
template <class S, class B>
inline void decode_to_bf16(const MatmulArgs& a, int64_t r, int64_t rows, int64_t first,
                           int64_t count, std::byte* out, int64_t stride) {
  const WeightMatrix& w = *a.weight;
  float nibbles[16];
  const bool has_nibbles = nibble_values<S>(w, nibbles);
  for (int64_t i = 0; i < rows; ++i, out += stride) {
    if (r + i >= a.row_end) {
      std::memset(out, 0, static_cast<size_t>(padded_columns(count) * 2));
    } else if (lies_in_bf16(w)) {
      std::memcpy(out, w.data + ((r + i) * w.cols + first) * 2, static_cast<size_t>(count * 2));
      std::memset(out + count * 2, 0, static_cast<size_t>((padded_columns(count) - count) * 2));
    } else {
      for (int64_t k = 0; k < count; k += kChunk)
        decode_row_to_bf16<S, B>(w, has_nibbles ? nibbles : nullptr, r + i, first + k,
                                 count - k < kChunk ? count - k : kChunk, out + k * 2);
    }
  }
}

}  // namespace hearth::kernels
