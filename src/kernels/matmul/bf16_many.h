// y = W x in bf16 for many tokens. A lane is a token: a vector of packed x is one pair of columns
// of 16 tokens, and a pair of weights is broadcast to it from where it lies, so that neither
// operand is shuffled. 8 rows x 48 tokens are 24 accumulators, fed by 11 loads per 24 products; the
// second-level cache gives 9 bytes per product and needs to give no more than that to any of these
// processors. (Tried: a lane for every 16th pair of a row, 4 rows x 6 tokens, neither packed nor
// broadcast: 94 % of the BF16 rate in cache where this is at 98 %, and each sum to be added up
// across lanes.)
//
// Columns are taken in blocks whose weights, 32 rows, and x, 48 tokens, fit that cache together.
// The sums wait in y meanwhile: adding to what was stored is the same chain (see bf16_few.h).
#pragma once

#include "kernels/matmul/bf16_few.h"

namespace hearth::kernels {

inline constexpr int64_t kTileRows = 8;
inline constexpr int kTilePanels = 3;
inline constexpr int64_t kBlockRows = 32;
inline constexpr int64_t kBlockColumns = 2048;
inline constexpr int64_t kDecodedStride = (kBlockColumns + kPairColumns) * 2;

/// sums[r][v] += products of `pairs` pairs of columns of 8 rows and V panels of x.
template <class S, class B, int V>
inline void multiply_panels(const std::byte* const* w, const std::byte* x, int64_t panel_stride,
                            int64_t pairs, float* sums) {
  constexpr int64_t kSums = kTilePanels * S::kLanes;  // of a row
  typename S::F acc[kTileRows][V];
  for (int r = 0; r < kTileRows; ++r)
    for (int v = 0; v < V; ++v) acc[r][v] = S::load(sums + r * kSums + v * S::kLanes);
  for (int64_t k = 0; k < pairs; k += 16) {
    for (int r = 0; r < kTileRows; ++r)
      S::prefetch(reinterpret_cast<uintptr_t>(w[r]) + k * 4 + kAheadBytes);
    const int64_t end = pairs - k < 16 ? pairs : k + 16;
    for (int64_t i = k; i < end; ++i) {
      typename S::I xs[V];
      for (int v = 0; v < V; ++v) xs[v] = _mm512_loadu_si512(x + v * panel_stride + i * 64);
      for (int r = 0; r < kTileRows; ++r) {
        int32_t pair;
        std::memcpy(&pair, w[r] + i * 4, sizeof(pair));
        const auto weights = S::int_set1(pair);
        for (int v = 0; v < V; ++v) B::dot(acc[r][v], weights, xs[v]);
      }
    }
  }
  for (int r = 0; r < kTileRows; ++r)
    for (int v = 0; v < V; ++v) S::store(sums + r * kSums + v * S::kLanes, acc[r][v]);
}

/// Columns [first, first + count) of the rows from r, as pairs: where they lie, or decoded to room.
template <class S, class B>
inline void locate_pairs(const MatmulArgs& a, int64_t r, int64_t first, int64_t count,
                         std::byte* room, const std::byte** w) {
  const bool mapped = lies_in_bf16(*a.weight) && a.weight->cols % 2 == 0;
  if (!mapped) decode_to_bf16<S, B>(a, r, kBlockRows, first, count, room, kDecodedStride);
  for (int64_t i = 0; i < kBlockRows; ++i) {
    const int64_t row = r + i < a.row_end ? r + i : a.row_end - 1;
    w[i] = mapped ? a.weight->data + (row * a.weight->cols + first) * 2 : room + i * kDecodedStride;
  }
}

/// 16 rows of W, V panels of x, one block of columns.
template <class S, class B, int V>
inline void multiply_block(const MatmulArgs& a, const std::byte* const* w, int64_t r, int64_t t,
                           int64_t first, int64_t count) {
  alignas(64) float sums[kPanelTokens * kTilePanels * kPanelTokens];  // [16 rows][48 tokens]
  const auto tile = [&](int v) {
    const int64_t token = t + v * kPanelTokens;
    return OutputTile{a.y + token * a.y_stride + r, a.y_stride, a.m - token, a.row_end - r};
  };
  for (int v = 0; v < V; ++v) {
    if (first > 0) load_sums<S>(tile(v), sums + v * kPanelTokens, kTilePanels * kPanelTokens);
  }
  if (first == 0) std::memset(sums, 0, sizeof(sums));
  const int64_t stride = panel_bytes(a.weight->cols);
  const std::byte* x = a.packed + t / kPanelTokens * stride + first * (kPanelTokens * 2);
  for (int64_t i = 0; i < kPanelTokens && r + i < a.row_end; i += kTileRows)
    multiply_panels<S, B, V>(w + i, x, stride, (count + 1) / 2,
                             sums + i * kTilePanels * kPanelTokens);
  for (int v = 0; v < V; ++v)
    store_sums<S>(tile(v), sums + v * kPanelTokens, kTilePanels * kPanelTokens);
}

template <class S, class B>
inline void multiply_many_in_bf16(const MatmulArgs& a) {
  auto* room = reinterpret_cast<std::byte*>(a.scratch);
  const int64_t panels = panel_count(a.m);
  for (int64_t r = a.row_begin; r < a.row_end; r += kBlockRows) {
    for (int64_t k = 0; k < a.weight->cols; k += kBlockColumns) {
      const int64_t left = a.weight->cols - k;
      const int64_t count = left < kBlockColumns ? left : kBlockColumns;
      const std::byte* w[kBlockRows];
      locate_pairs<S, B>(a, r, k, count, room, w);
      for (int64_t p = 0; p < panels; p += kTilePanels) {
        for (int64_t i = 0; i < kBlockRows && r + i < a.row_end; i += kPanelTokens) {
          const auto multiply = panels - p >= 3   ? multiply_block<S, B, 3>
                                : panels - p == 2 ? multiply_block<S, B, 2>
                                                  : multiply_block<S, B, 1>;
          multiply(a, w + i, r + i, p * kPanelTokens, k, count);
        }
      }
    }
  }
}

/// Bytes that multiply_many_in_bf16() needs: a block of decoded rows.
inline constexpr int64_t kManyBytes = kBlockRows * kDecodedStride;

}  // namespace hearth::kernels
