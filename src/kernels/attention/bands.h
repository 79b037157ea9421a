// A tile's rows are taken in bands, whose scores of a span stay in a core's caches.
#pragma once

#include "kernels/attention/driver.h"

namespace hearth::kernels {
namespace {

inline constexpr float kLog2E = 0x1.715476p+0f, kLn2 = 0x1.62e430p-1f;

// Takes its parts from one piece of memory; with none, only counts.
class Carver {
 public:
  Carver() : counts_(true) {}
  explicit Carver(float* memory) : next_(memory) {}
  template <typename Element>
  Element* take(int64_t count) {
    const int64_t floats = padded((count * static_cast<int64_t>(sizeof(Element)) + 3) / 4);
    total_ += floats;
    if (counts_) return nullptr;
    float* here = next_;
    next_ += floats;
    return reinterpret_cast<Element*>(here);
  }
  int64_t total() const { return total_; }

 private:
  bool counts_ = false;
  float* next_ = nullptr;
  int64_t total_ = 0;
};

// Consecutive rows of a tile, and the columns [begin, end) of a span, in whole blocks, that some of
// them see. Columns are cells less the span's first.
struct Band {
  int64_t first, rows, begin, end;
};

/// The columns that the rows of one of the tile's tokens see.
inline CellRange visible_columns(const QueryTile& tile, int64_t span_begin, int64_t token) {
  const CellRange cells = visible_cells(*tile.args, *tile.sequence, tile.first_token + token);
  const int64_t begin = cells.begin - span_begin, end = cells.end - span_begin;
  return {begin > 0 ? begin : 0, end < kSpanTokens ? end : kSpanTokens};
}

/// The next up to `most` rows from `first` on.
inline Band band_of(const QueryTile& tile, int64_t span_begin, int64_t first, int64_t most) {
  const int64_t rest = tile.rows - first, rows = rest < most ? rest : most;
  const int64_t begin =
      visible_columns(tile, span_begin, first / tile.heads).begin / kBlockTokens * kBlockTokens;
  const int64_t end = visible_columns(tile, span_begin, (first + rows - 1) / tile.heads).end;
  return {first, rows, begin, (end + kBlockTokens - 1) / kBlockTokens * kBlockTokens};
}

// Scores in columns [begin, end) that the token does not see become -infinity.
inline void hide_columns(const QueryTile& tile, int64_t span_begin, int64_t token, int64_t begin,
                         int64_t end, float* scores) {
  const CellRange seen = visible_columns(tile, span_begin, token);
  for (int64_t c = begin; c < end && c < seen.begin; ++c) scores[c] = kMinusInfinity;
  for (int64_t c = seen.end > begin ? seen.end : begin; c < end; ++c) scores[c] = kMinusInfinity;
  if (const uint8_t* mask = tile.sequence->cell_mask; mask != nullptr)
    for (int64_t c = seen.begin; c < seen.end; ++c)
      if (mask[span_begin + c] == 0) scores[c] = kMinusInfinity;
}

}  // namespace
}  // namespace hearth::kernels
