// One span of cells and the queries of a tile as 16-bit codes, and where both lie while their
// products are computed. Rows are taken in bands.
#pragma once

#include "kernels/attention/bands.h"
#include "kernels/attention/code_cells_avx512.h"
#include "kernels/attention/driver.h"
#include "kernels/attention/span_pieces.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kBandRows = 32;  // scores and weights of a band: 96 KB

struct CodeSpan {
  const QueryTile& tile;
  CellRange blocks;    // that the tile sees
  int64_t span_begin;  // first cell of the span
  int64_t key_pairs, value_stride, partial_stride;
  SpanPieces pieces = {};
  PieceQueue queue = {};
  // Columns of a span are cells - span_begin. Cells that one band alone reads are converted where
  // they are used, each over the one before, in the first-level cache.
  // [rows in whole bands / Q, query_stride() / 2, Q, 2] with Q = Products::kQueryRows, so that the
  // pairs of elements which are multiplied together lie together.
  int16_t* queries = nullptr;
  float* query_steps = nullptr;   // [rows in whole bands]
  int16_t* keys = nullptr;        // [kSpanBlocks, key_pairs, kBlockTokens, 2]
  float* key_steps = nullptr;     // [kSpanTokens]
  int16_t* values = nullptr;      // [kSpanTokens / 2, value_stride, 2]
  float* value_steps = nullptr;   // [kSpanTokens]
  float* value_units = nullptr;   // [kSpanTokens]
  float* scores = nullptr;        // [kBandRows, kSpanTokens]
  int16_t* weights = nullptr;     // [kBandRows, kSpanTokens]
  float* weight_steps = nullptr;  // [kBandRows]
  float* totals = nullptr;        // [kBandRows, value_stride], for products that want whole bands
  float* partial = nullptr;       // [kBandRows, partial_stride]: of a band

  int64_t query_stride() const { return padded(2 * key_pairs); }
  int64_t key_block() const { return 2 * key_pairs * kBlockTokens; }
  int64_t value_block() const { return value_stride * kBlockTokens; }
};

template <class Products>
CodeSpan code_span(const SpanItem& item, int64_t rows, Carver& room) {
  const KvLayout& layout = item.tile.args->layout;
  const int64_t grain = Products::kPairGrain,
                whole = (rows + kBandRows - 1) / kBandRows * kBandRows;
  CodeSpan s{.tile = item.tile,
             .blocks = item.tile.sequence != nullptr ? visible_blocks(item) : CellRange{},
             .span_begin = item.span * kSpanTokens,
             .key_pairs = ((layout.key_dim + 1) / 2 + grain - 1) / grain * grain,
             .value_stride = padded(layout.value_dim),
             .partial_stride = partial_floats(layout.value_dim)};
  s.queries = room.take<int16_t>(whole * s.query_stride());
  s.query_steps = room.take<float>(whole);
  s.keys = room.take<int16_t>(kSpanBlocks * s.key_block());
  s.key_steps = room.take<float>(kSpanTokens);
  s.values = room.take<int16_t>(kSpanBlocks * s.value_block());
  s.value_steps = room.take<float>(kSpanTokens);
  s.value_units = room.take<float>(kSpanTokens);
  s.scores = room.take<float>(kBandRows * kSpanTokens);
  s.weights = room.take<int16_t>(kBandRows * kSpanTokens);
  s.weight_steps = room.take<float>(kBandRows);
  s.totals = room.take<float>(kBandRows * s.value_stride);
  s.partial = room.take<float>(kBandRows * s.partial_stride);
  return s;
}

template <class Products>
int64_t code_scratch_floats(const AttentionArgs& args, int64_t rows) {
  SpanItem item;
  item.tile.args = &args;
  Carver counter;
  code_span<Products>(item, rows, counter);
  return counter.total();
}

/// Codes of one block, and those to fetch from while they are read.
struct BlockCodes {
  const int16_t* codes;
  const int16_t* ahead;
};

}  // namespace
}  // namespace hearth::kernels
