// One span of u8 cells, which stay where they are in the cache, and the queries of a tile as bytes.
// Rows are taken in bands.
#pragma once

#include "kernels/attention/bands.h"
#include "kernels/attention/cell.h"
#include "kernels/attention/register_rows_avx512.h"
#include "kernels/attention/span_pieces.h"

namespace hearth::kernels {
namespace {

/// Weights of this many cells, at absolute positions, have one step: as many as make one vector.
inline constexpr int64_t kChunk = 64;
inline constexpr int64_t kSpanChunks = kSpanTokens / kChunk;
inline constexpr int64_t kChunkBlocks = kChunk / kBlockTokens;
inline constexpr int64_t kByteBandRows = 16;  // scores and weights of a band: 40 KB
inline constexpr float kQueryCodes = 127.0f, kWeightCodes = 255.0f;

struct ByteSpan {
  const QueryTile& tile;
  CellRange blocks;    // that the tile sees
  int64_t span_begin;  // first cell of the span
  int64_t quads, groups, value_stride, partial_stride;
  SpanPieces pieces = {};
  PieceQueue queue = {};
  // Columns of a span are cells - span_begin.
  int8_t* queries = nullptr;        // [rows in whole bands / 8, quads, 8, 4]
  float* query_steps = nullptr;     // [rows in whole bands]
  int32_t* query_starts = nullptr;  // [rows in whole bands, groups]: see convert_query()
  float* key_steps = nullptr;       // [groups, kSpanTokens]
  float* value_steps = nullptr;     // [kSpanTokens]
  float* scores = nullptr;          // [kByteBandRows, kSpanTokens], to be times the query's step
  uint8_t* weights = nullptr;       // [kByteBandRows, kSpanTokens], see weight_word()
  float* weight_steps = nullptr;    // [kByteBandRows, kSpanChunks]
  float* partial = nullptr;         // [kByteBandRows, partial_stride]: of a band

  int8_t* query_quads(int64_t row) const {
    const int64_t within = row & (kRegisterRows - 1);
    return queries + ((row - within) * quads + within) * 4;
  }
  int64_t first_block() const { return blocks.begin - span_begin / kBlockTokens; }
  int64_t last_block() const { return blocks.end - span_begin / kBlockTokens; }
};

inline ByteSpan byte_span(const SpanItem& item, int64_t rows, Carver& room) {
  const KvLayout& layout = item.tile.args->layout;
  const int64_t whole = (rows + kByteBandRows - 1) / kByteBandRows * kByteBandRows;
  ByteSpan s{.tile = item.tile,
             .blocks = item.tile.sequence != nullptr ? visible_blocks(item) : CellRange{},
             .span_begin = item.span * kSpanTokens,
             .quads = (layout.key_dim + 3) / 4,
             .groups = code_groups(layout.key_dim),
             .value_stride = padded(layout.value_dim),
             .partial_stride = partial_floats(layout.value_dim)};
  s.queries = room.take<int8_t>(whole * s.quads * 4);
  s.query_steps = room.take<float>(whole);
  s.query_starts = room.take<int32_t>(whole * s.groups);
  s.key_steps = room.take<float>(s.groups * kSpanTokens);
  s.value_steps = room.take<float>(kSpanTokens);
  s.scores = room.take<float>(kByteBandRows * kSpanTokens);
  s.weights = room.take<uint8_t>(kByteBandRows * kSpanTokens);
  s.weight_steps = room.take<float>(kByteBandRows * kSpanChunks);
  s.partial = room.take<float>(kByteBandRows * s.partial_stride);
  return s;
}

inline int64_t byte_scratch_floats(const AttentionArgs& args, int64_t rows) {
  SpanItem item;
  item.tile.args = &args;
  Carver counter;
  byte_span(item, rows, counter);
  return counter.total();
}

/// Bytes from the start of a chunk's weights to the four of cells 4 quad to 4 quad + 3: packing
/// leaves them in this order.
constexpr int64_t weight_word(int64_t quad) { return 4 * (quad % 4 * 4 + quad / 4); }

}  // namespace
}  // namespace hearth::kernels
