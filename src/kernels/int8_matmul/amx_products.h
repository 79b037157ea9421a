// Many tokens on AMX: bytes of W, unpacked as for panel_products.h, are tiles A of 16 rows, panels
// of 16 tokens are tiles B as they lie, and two by two of them make four tiles of sums. `Tiles` is
// AmxTiles or the plain C++ of tiles_emulated.h.
//
// The sums of a span leave the tiles by way of memory, since a scale belongs to it: with spans of
// 128 columns four products of tiles (64 cycles) stand against storing a tile and 16 conversions
// and multiply-adds for each of its rows; with spans of 32 it would be twice as much as the
// products.
#pragma once

#include "kernels/int8_matmul/panel_products.h"
#include "kernels/tiles_amx.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kTileRowsOfW = 16;
inline constexpr int64_t kTileBytes = 64;

// Columns of W that one product of tiles takes.
inline int64_t tile_columns(int64_t span) { return span < kTileBytes ? span : kTileBytes; }

// Tiles 0 to 3 are sums, 4 and 5 rows of W, 6 and 7 tokens.
inline TileShapes int8_tile_shapes(int64_t span) {
  TileShapes shapes;
  for (int t = 0; t < 4; ++t) shapes.set(t, kTileRowsOfW, kTileBytes);
  for (int t = 4; t < 6; ++t) shapes.set(t, kTileRowsOfW, tile_columns(span));
  for (int t = 6; t < 8; ++t) shapes.set(t, tile_columns(span) / 4, kTileBytes);
  return shapes;
}

// Sums over the span of RT tiles of rows and V panels: sums[tile of rows][panel][row][token].
template <class Tiles, int RT, int V>
inline void sum_tiles(const std::byte* w, const int8_t* const* x, int64_t span,
                      int32_t (*sums)[V][kTileRowsOfW][16]) {
  Tiles::template zero<0>();
  if constexpr (V > 1) Tiles::template zero<1>();
  if constexpr (RT > 1) Tiles::template zero<2>();
  if constexpr (RT > 1 && V > 1) Tiles::template zero<3>();
  const int64_t columns = tile_columns(span);
  for (int64_t k = 0; k < span; k += columns) {
    Tiles::template load<6>(x[0] + k * 16, kTileBytes);
    if constexpr (V > 1) Tiles::template load<7>(x[V - 1] + k * 16, kTileBytes);
    Tiles::template load<4>(w + k, kPanelColumns);
    if constexpr (RT > 1)
      Tiles::template load<5>(w + kTileRowsOfW * kPanelColumns + k, kPanelColumns);
    Tiles::template dot_u8_i8<0, 4, 6>();
    if constexpr (V > 1) Tiles::template dot_u8_i8<1, 4, 7>();
    if constexpr (RT > 1) Tiles::template dot_u8_i8<2, 5, 6>();
    if constexpr (RT > 1 && V > 1) Tiles::template dot_u8_i8<3, 5, 7>();
  }
  Tiles::template store<0>(sums[0][0], kTileBytes);
  if constexpr (V > 1) Tiles::template store<1>(sums[0][V - 1], kTileBytes);
  if constexpr (RT > 1) Tiles::template store<2>(sums[RT - 1][0], kTileBytes);
  if constexpr (RT > 1 && V > 1) Tiles::template store<3>(sums[RT - 1][V - 1], kTileBytes);
}

// 16 RT rows from `row` on, and V panels.
template <class Tiles, class E, int RT, int V>
inline void multiply_tiles_amx(const PanelChunk& chunk, int64_t row, int64_t panel) {
  constexpr int kRowsHere = RT * static_cast<int>(kTileRowsOfW);
  const int64_t span = chunk.x.span;
  const std::byte* w = chunk.room.weights + row * kPanelColumns;
  PanelPointers<V> x(chunk, panel, E::kLanes);
  typename E::F acc[kRowsHere][V];
  float* kept = chunk.room.acc + row * chunk.tokens + panel * E::kLanes;
  const auto each = [&](auto&& visit) {
    for (int r = 0; r < kRowsHere; ++r)
      for (int v = 0; v < V; ++v) visit(r, v, kept + r * chunk.tokens + v * E::kLanes);
  };
  each([&](int r, int v, const float* p) {
    acc[r][v] = chunk.goes_on ? E::load(p) : E::set1(0.0f);
  });
  int64_t group = chunk.first_group, group_end = (group + 1) * chunk.view.group;
  for (int64_t k = chunk.begin; k < chunk.end; k += span, w += span) {
    alignas(64) int32_t sums[RT][V][kTileRowsOfW][16], over[RT][V][kTileRowsOfW][16];
    sum_tiles<Tiles, RT, V>(w, x.codes, span, sums);
    uint32_t words = 0;
    for (int v = 0; v < V; ++v) words |= words_over<E>(x.over_words[v]);
    if (words != 0) sum_tiles<Tiles, RT, V>(w, x.over, span, over);
    each([&](int r, int v, const float*) {
      auto sum = E::load_ints(sums[r / kTileRowsOfW][v][r % kTileRowsOfW]);
      if (words != 0)
        sum = E::add_over(sum, E::load_ints(over[r / kTileRowsOfW][v][r % kTileRowsOfW]));
      acc[r][v] = E::fma(E::load(x.scales[v]), E::to_float(sum), acc[r][v]);
    });
    x.next_span(span, E::kLanes);
    if (k + span < group_end) continue;
    finish_panel_group<E, kRowsHere, V>(chunk, group++, row, panel,
                                        [&](auto r, auto v) HEARTH_INLINE { return acc[r][v]; });
    group_end += chunk.view.group;
    each([&](int r, int v, const float*) { acc[r][v] = E::set1(0.0f); });
  }
  if (chunk.ends_within) each([&](int r, int v, float* p) { E::store(p, acc[r][v]); });
}

template <class Tiles, class E, int V>
inline void multiply_rows_amx(const PanelChunk& chunk, int64_t rows, int64_t panel,
                              const NextCodes* next) {
  for (int64_t row = 0; row < rows; row += 2 * kTileRowsOfW) {
    if (next != nullptr) next->prefetch(row, 2 * kTileRowsOfW);
    if (row + kTileRowsOfW < rows) {
      multiply_tiles_amx<Tiles, E, 2, V>(chunk, row, panel);
    } else {
      multiply_tiles_amx<Tiles, E, 1, V>(chunk, row, panel);
    }
  }
}

/// What multiply_panels() does, with tiles; rows past `rows` up to a whole tile are computed too.
template <class Tiles, class E>
inline void multiply_panels_amx(const PanelChunk& chunk, int64_t rows, const NextCodes& next) {
  const int64_t panels = chunk.tokens / E::kLanes;
  Tiles::configure(int8_tile_shapes(chunk.x.span));
  int64_t panel = 0;
  for (; panel + 2 <= panels; panel += 2)
    multiply_rows_amx<Tiles, E, 2>(chunk, rows, panel, panel == 0 ? &next : nullptr);
  if (panel < panels)
    multiply_rows_amx<Tiles, E, 1>(chunk, rows, panel, panel == 0 ? &next : nullptr);
  Tiles::release();
}

}  // namespace
}  // namespace hearth::kernels
