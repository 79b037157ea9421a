// y = W x in bf16 with AMX, for any number of tokens; Tiles is AmxTiles or EmulatedTiles.
//
// Tiles of W, 16 rows x 32 columns, are loaded as they lie in the file, or from a block of decoded
// rows; tiles of x from panels that were packed once. 2 x 2 tiles of sums are fed by 4 loads per 4
// products. A block of W is 32 rows x 512 columns, 32 KB, and stays in the first-level cache while
// x comes by from the second, 32 bytes a cycle of the products: tiles that come from the
// second-level cache on both sides cost 1.4 times as much as from the first, from the third five
// times (fastgemma's measurements). Between blocks the sums wait in a buffer: 96 cycles for the
// 1,024 of the block's products.
//
// Order of every sum: columns in steps of 32, ascending, each as EmulatedTiles::dot_bf16 adds it.
#pragma once

#include <type_traits>
#include <utility>

#include "kernels/matmul/bf16_panels.h"
#include "kernels/matmul/matrix_vector.h"
#include "kernels/tiles_amx.h"

namespace hearth::kernels {

inline constexpr int64_t kAmxRows = 32;
inline constexpr int64_t kAmxColumns = 512;
inline constexpr int64_t kAmxTokens = 512;  // whose sums are buffered at a time
inline constexpr int64_t kAmxStride = (kAmxColumns + kPairColumns) * 2;
inline constexpr int64_t kTileFloats = 16 * 16;
inline constexpr int64_t kGroupFloats = 4 * kTileFloats;  // 2 x 2 tiles of sums
inline constexpr int64_t kAmxSums = kAmxTokens / (2 * kPanelTokens) * kGroupFloats;

// Sums 0 and 1 are of the first 16 rows, 2 and 3 of the second, for the first and the second panel.
struct AmxTile {
  static constexpr int kWeights = 4, kPanels = 6;
};

/// 32 rows of W, of some columns.
struct AmxWeights {
  const std::byte* data;
  int64_t stride;     // bytes
  int64_t columns;    // whole steps
  int64_t row_bytes;  // that are left of a row from `data` on, where prefetching helps; else 0
};

template <class S, class B>
inline AmxWeights locate_tiles(const MatmulArgs& a, int64_t r, int64_t first, std::byte* room) {
  const WeightMatrix& w = *a.weight;
  const int64_t count = w.cols - first < kAmxColumns ? w.cols - first : kAmxColumns;
  if (lies_in_bf16(w) && r + kAmxRows <= a.row_end && count % kPairColumns == 0)
    return {w.data + (r * w.cols + first) * 2, w.cols * 2, count, (w.cols - first) * 2};
  decode_to_bf16<S, B>(a, r, kAmxRows, first, count, room, kAmxStride);
  return {room, kAmxStride, padded_columns(count), 0};
}

/// What is kAheadBytes ahead of `offset` in all rows; past their end, in those that are next.
template <class S>
inline void prefetch_rows(const AmxWeights& w, int64_t offset) {
  const int64_t ahead = offset + kAheadBytes;
  const int64_t at = ahead < w.row_bytes ? ahead : ahead + (kAmxRows - 1) * w.stride;
  for (int64_t i = 0; i < kAmxRows; ++i)
    S::prefetch(reinterpret_cast<uintptr_t>(w.data) + i * w.stride + at);
}

template <class Tiles, int... T>
inline void load_or_zero(bool zero, const float* sums, std::integer_sequence<int, T...>) {
  const auto one = [&](auto tile) {
    constexpr int kTile = decltype(tile)::value;
    zero ? Tiles::template zero<kTile>()
         : Tiles::template load<kTile>(sums + kTile * kTileFloats, 64);
  };
  (one(std::integral_constant<int, T>()), ...);
}

/// sums += W x for 32 rows and one or two panels, whose pairs of columns are pair_bytes.
template <class S, class Tiles, bool kTwo>
inline void multiply_tiles(const AmxWeights& w, const std::byte* x, int64_t panel_stride,
                           int64_t pair_bytes, bool first, bool prefetches, float* sums) {
  using A = AmxTile;
  using SumTiles = std::conditional_t<kTwo, std::integer_sequence<int, 0, 1, 2, 3>,
                                      std::integer_sequence<int, 0, 2>>;
  load_or_zero<Tiles>(first, sums, SumTiles());
  for (int64_t k = 0; k < w.columns; k += kPairColumns, x += 16 * pair_bytes) {
    if (prefetches) prefetch_rows<S>(w, k * 2);
    Tiles::template load<A::kWeights>(w.data + k * 2, w.stride);
    Tiles::template load<A::kPanels>(x, pair_bytes);
    Tiles::template dot_bf16<0, A::kWeights, A::kPanels>();
    Tiles::template load<A::kWeights + 1>(w.data + 16 * w.stride + k * 2, w.stride);
    Tiles::template dot_bf16<2, A::kWeights + 1, A::kPanels>();
    if constexpr (kTwo) {
      Tiles::template load<A::kPanels + 1>(x + panel_stride, pair_bytes);
      Tiles::template dot_bf16<1, A::kWeights, A::kPanels + 1>();
      Tiles::template dot_bf16<3, A::kWeights + 1, A::kPanels + 1>();
    }
  }
  Tiles::template store<0>(sums, 64);
  Tiles::template store<2>(sums + 2 * kTileFloats, 64);
  if constexpr (kTwo) {
    Tiles::template store<1>(sums + kTileFloats, 64);
    Tiles::template store<3>(sums + 3 * kTileFloats, 64);
  }
}

/// Sums of 32 rows from r, and of up to two panels from token t, to y.
template <class S>
inline void store_group(const MatmulArgs& a, int64_t r, int64_t t, const float* sums) {
  for (int64_t half = 0; half < 2; ++half) {
    for (int64_t panel = 0; panel < 2; ++panel) {
      const int64_t row = r + half * 16, token = t + panel * kPanelTokens;
      if (row >= a.row_end || token >= a.m) continue;
      store_sums<S>({a.y + token * a.y_stride + row, a.y_stride, a.m - token, a.row_end - row},
                    sums + (half * 2 + panel) * kTileFloats, 16);
    }
  }
}

/// y of 32 rows from r for the tokens [t0, t1), a whole number of groups or all that are left.
template <class S, class B, class Tiles>
inline void multiply_row_tiles(const MatmulArgs& a, int64_t r, int64_t t0, int64_t t1) {
  float* sums = a.scratch;
  auto* room = reinterpret_cast<std::byte*>(sums + kAmxSums);
  const int64_t cols = a.weight->cols, pair_bytes = panel_width(a.m) * 4;
  const int64_t stride = panel_bytes(cols);
  for (int64_t k = 0; k < cols; k += kAmxColumns) {
    const AmxWeights w = locate_tiles<S, B>(a, r, k, room);
    for (int64_t t = t0; t < t1; t += 2 * kPanelTokens) {
      const std::byte* x = a.packed + t / kPanelTokens * stride + k / 2 * pair_bytes;
      const auto multiply =
          t1 - t > kPanelTokens ? multiply_tiles<S, Tiles, true> : multiply_tiles<S, Tiles, false>;
      multiply(w, x, stride, pair_bytes, k == 0, w.row_bytes > 0 && t == t0,
               sums + (t - t0) / (2 * kPanelTokens) * kGroupFloats);
    }
  }
  for (int64_t t = t0; t < t1; t += 2 * kPanelTokens)
    store_group<S>(a, r, t, sums + (t - t0) / (2 * kPanelTokens) * kGroupFloats);
}

template <class S, class B, class Tiles>
struct AmxProducts {
  static const char* refuse(const WeightMatrix& weight, int64_t) { return refuse_weight(weight); }
  static int64_t scratch_floats(const WeightMatrix&) {
    return kAmxSums + kAmxRows * kAmxStride / 4;
  }
  static int64_t packed_bytes(const WeightMatrix& weight, int64_t m) {
    return packed_panel_bytes(weight.cols, m);
  }
  static void pack(const MatmulArgs& args, std::byte* packed, int part, int parts) {
    pack_panels<S, B>(args, packed, part, parts);
  }
  static void run(const MatmulArgs& a) {
    if (a.m == 0) return;  // there are no tiles without columns
    TileShapes shapes;
    for (int t = 0; t < 8; ++t) {
      const bool weights = t == AmxTile::kWeights || t == AmxTile::kWeights + 1;
      shapes.set(t, 16, weights ? 64 : panel_width(a.m) * 4);
    }
    Tiles::configure(shapes);
    for (int64_t t = 0; t < a.m; t += kAmxTokens)
      for (int64_t r = a.row_begin; r < a.row_end; r += kAmxRows)
        multiply_row_tiles<S, B, Tiles>(a, r, t, a.m - t < kAmxTokens ? a.m : t + kAmxTokens);
    Tiles::release();
  }
  static void decode_row(const WeightMatrix& weight, int64_t n, float* out) {
    decode_whole_row<S>(weight, n, out);
  }
  static constexpr MatmulKernel kernel(const char* name, Isa isa) {
    return {name, isa,        ElementType::bf16, refuse, scratch_floats,
            run,  decode_row, packed_bytes,      pack};
  }
};

}  // namespace hearth::kernels
