// More than a few tokens with AVX-512: rows are lanes. Some columns of 64 rows are unpacked to
// bytes and turned (turned_rows_avx512.h); they stay in the first-level cache while all tokens pass
// by (turned_tile_avx512.h). Nothing is spent on lanes without a token, and what the codes of a
// token need besides (a second byte), only that token pays for.
#pragma once

#include "kernels/int8_matmul/turned_tile_avx512.h"

namespace hearth::kernels {
namespace {

// y of one panel, [kLanes][kTurnedRows] in the room and the rows of a.y.
struct PanelOutput {
  const TurnedChunk& c;
  int64_t first;   // token
  int64_t tokens;  // of them
  float* room;

  PanelOutput(const TurnedChunk& chunk, int64_t panel)
      : c(chunk),
        first(panel * kLanes),
        tokens(std::min(chunk.args.x->rows - first, kLanes)),
        room(chunk.room.y + first * kTurnedRows) {}

  void clear() const {
    for (int64_t i = 0; i < kLanes * kTurnedRows; i += kSixteen)
      _mm512_storeu_ps(room + i, _mm512_setzero_ps());
  }
  // Lines of y are far: they come while the last products are added.
  void prefetch() const {
    for (int64_t t = 0; t < tokens; ++t)
      for (int64_t i = 0; i < c.rows; i += kSixteen)
        Avx512::prefetch(reinterpret_cast<uintptr_t>(row(t) + i));
  }
  void store() const {
    for (int64_t t = 0; t < tokens; ++t)
      for (int64_t i = 0; i < c.rows; i += kSixteen)
        _mm512_storeu_ps(row(t) + i, _mm512_loadu_ps(room + t * kTurnedRows + i));
  }

 private:
  float* row(int64_t t) const { return c.args.y + (first + t) * c.args.y_stride + c.n; }
};

inline void multiply_chunk(const TurnedChunk& c, ComingCodes& coming) {
  const CodedRows& x = *c.args.x;
  const TileFn tile = kTileFns[x.span == c.view.group][c.rows / kSixteen - 1];
  for (int64_t panel = 0; panel < whole_panels(x.rows) / kLanes; ++panel) {
    const PanelOutput y(c, panel);
    if (c.begin == 0) y.clear();
    if (c.end == x.cols) y.prefetch();
    tile(c, panel, coming);
    if (c.end == x.cols) y.store();
  }
}

// Scales of the chunk's rows, unless they stand before the codes.
template <class Scales>
inline void read_stored(const WeightMatrix& w, const AffineWeights& view, const TurnedRoom& room,
                        int64_t n, int64_t rows) {
  for (int64_t set = 0; set * kSixteen < rows; ++set)
    Scales(w, view, {n + set * kSixteen}).read_all(room.scales(set));
}
template <RowLayout kLayout>
inline void read_scales_of(const WeightMatrix& w, const AffineWeights& view, const TurnedRoom& room,
                           int64_t n, int64_t rows) {
  if constexpr (has_headers(kLayout)) return;
  if (StoredScales<true>::takes(w, view))
    return read_stored<StoredScales<true>>(w, view, room, n, rows);
  if (StoredScales<false>::takes(w, view))
    return read_stored<StoredScales<false>>(w, view, room, n, rows);
  const DecodedScales decoded(w, view, kTurnedRows, room.decoded);
  decoded.read(n, rows, 0);
  for (int64_t set = 0; set * kSixteen < rows; ++set)
    decoded.turn({set * kSixteen}, room.scales(set));
}

template <RowLayout kLayout>
inline void multiply_layout(const Int8MatmulArgs& a, const AffineWeights& view) {
  const CodedRows& x = *a.x;
  const int64_t panels = whole_panels(x.rows) / kLanes;
  const TurnedRoom room(view, panels * kLanes, a.scratch);
  const auto rows_from = [&](int64_t n) {
    return std::min(std::max<int64_t>(a.row_end - n, 0) / kSixteen * kSixteen, kTurnedRows);
  };
  for (int64_t n = a.row_begin; rows_from(n) > 0; n += kTurnedRows) {
    const int64_t rows = rows_from(n);
    read_scales_of<kLayout>(*a.weight, view, room, n, rows);
    prefetch_scales(*a.weight, view, n + kTurnedRows, rows_from(n + kTurnedRows));
    for (int64_t k = 0; k < x.cols; k += kTurnedColumns) {
      const int64_t end = std::min(k + kTurnedColumns, x.cols);
      const bool is_last = end == x.cols;
      const int64_t begin = is_last ? 0 : end, first = is_last ? n + kTurnedRows : n;
      ComingCodes coming(view, first, rows_from(first), begin,
                         std::min(x.cols - begin, kTurnedColumns));
      const int64_t work = panels * ((end - k) / x.span);
      const TurnedChunk chunk{a,
                              view,
                              room,
                              n,
                              rows,
                              k,
                              end,
                              x.spans(),
                              k / x.span,
                              k / view.group,
                              (coming.lines() + work - 1) / work};
      turn_chunk<kLayout>(chunk);
      multiply_chunk(chunk, coming);
    }
  }
}

/// All whole sixteen rows.
inline void multiply_turned(const Int8MatmulArgs& a, const AffineWeights& view) {
  with_row_layout(view, [&]<RowLayout kLayout>() { multiply_layout<kLayout>(a, view); });
}

}  // namespace
}  // namespace hearth::kernels
