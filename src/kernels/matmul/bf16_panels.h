// x and y of products in bf16, laid out for AVX512_BF16 and AMX alike.
//
// x is rounded to bf16, to nearest even, and packed once for all threads: panels of 16 tokens,
// [panels][pairs][16 tokens][2], so that a vector is one pair of columns of 16 tokens, and 16
// vectors are a tile of AMX. Columns are padded with zeros to whole tiles. (Fewer than 16 tokens
// are one narrower panel.)
#pragma once

#include "kernels/matmul/bf16_weights.h"
#include "kernels/transpose_avx512.h"

namespace hearth::kernels {

inline constexpr int64_t kPanelTokens = 16;

// Without linkage: compiled for this processor, and for no other file.
namespace {

/// Tokens of a panel when there are `tokens` in all.
inline int64_t panel_width(int64_t tokens) { return tokens < kPanelTokens ? tokens : kPanelTokens; }
inline int64_t panel_bytes(int64_t cols) { return padded_columns(cols) * kPanelTokens * 2; }
inline int64_t panel_count(int64_t tokens) { return (tokens + kPanelTokens - 1) / kPanelTokens; }

/// Room for all panels, and for the vector that is stored over the end of a narrow one.
inline int64_t packed_panel_bytes(int64_t cols, int64_t tokens) {
  return panel_count(tokens) * panel_bytes(cols) + 64;
}

}  // namespace

/// x as rows of bf16, padded_columns() each: what few tokens are multiplied with.
template <class S, class B>
inline void round_rows(const MatmulArgs& a, std::byte* out) {
  const int64_t cols = a.weight->cols;
  for (int64_t t = 0; t < a.m; ++t)
    for (int64_t k = 0; k < cols; k += kPairColumns, out += kPairColumns * 2)
      _mm512_storeu_si512(out, (round_columns<S, B>(a.x + t * a.x_stride + k, cols - k)));
}

/// The panels of part `part` of `parts`.
template <class S, class B>
inline void pack_panels(const MatmulArgs& a, std::byte* packed, int part, int parts) {
  const int64_t cols = a.weight->cols;
  const int64_t panels = panel_count(a.m);
  const int64_t begin = panels * part / parts, end = panels * (part + 1) / parts;
  const int64_t pair_bytes = panel_width(a.m) * 4;
  std::byte* out = packed + begin * panel_bytes(cols);
  for (int64_t t0 = begin * kPanelTokens; t0 < end * kPanelTokens; t0 += kPanelTokens) {
    for (int64_t k = 0; k < cols; k += kPairColumns) {
      typename S::I rows[kPanelTokens];
      for (int64_t t = 0; t < kPanelTokens; ++t)
        rows[t] = t0 + t < a.m ? round_columns<S, B>(a.x + (t0 + t) * a.x_stride + k, cols - k)
                               : S::int_set1(0);
      transpose16(rows);
      for (int64_t i = 0; i < kPanelTokens; ++i, out += pair_bytes)
        _mm512_storeu_si512(out, rows[i]);
    }
  }
}

/// Part of y, [tokens][rows], at most 16 of each.
struct OutputTile {
  float* y;
  int64_t stride;
  int64_t tokens;
  int64_t rows;
};

/// sums [16 rows][sums_stride] from y, and back.
template <class S>
inline void load_sums(const OutputTile& out, float* sums, int64_t sums_stride) {
  typename S::I tile[kPanelTokens];
  for (int64_t t = 0; t < kPanelTokens; ++t) {
    const float* y = out.y + t * out.stride;
    tile[t] = S::as_int(t >= out.tokens         ? S::zero()
                        : out.rows >= S::kLanes ? S::load(y)
                                                : S::load_partial(y, out.rows));
  }
  transpose16(tile);
  for (int64_t r = 0; r < kPanelTokens; ++r) S::store(sums + r * sums_stride, S::as_float(tile[r]));
}
template <class S>
inline void store_sums(const OutputTile& out, const float* sums, int64_t sums_stride) {
  typename S::I tile[kPanelTokens];
  for (int64_t r = 0; r < kPanelTokens; ++r) tile[r] = S::as_int(S::load(sums + r * sums_stride));
  transpose16(tile);
  for (int64_t t = 0; t < kPanelTokens && t < out.tokens; ++t) {
    float* y = out.y + t * out.stride;
    out.rows >= S::kLanes ? S::store(y, S::as_float(tile[t]))
                          : S::store_partial(y, S::as_float(tile[t]), out.rows);
  }
}

}  // namespace hearth::kernels
