// The pieces of the cache that a span of cells consists of, in the order of their use: a kv head's
// keys of every block, then its values of every block. They are some kilobytes each and lie
// anywhere in memory, which is where a processor's own prefetchers give up: they stop at the end of
// a page. So whoever reads a piece fetches the same place of one that is to come.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention/driver.h"
#include "kernels/attention/fetch_ahead.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kSpanBlocks = kSpanTokens / kBlockTokens;
/// 8 KB of 16-bit cells of 64 elements: on two cores of a Xeon with 8 KB a tenth more is read per
/// second than with 4 KB, and with 16 KB no more.
inline constexpr int64_t kPiecesAhead = 2;

struct Piece {
  const std::byte* data;
  const std::byte* ahead;  // the piece to fetch from while this one is read
};

inline void prefetch(const void* p) { __builtin_prefetch(p, 0, 3); }
/// Bytes [begin, end) from p.
inline void prefetch(const std::byte* p, size_t begin, size_t end) {
  for (size_t at = begin; at < end; at += 64) prefetch(p + at);
}

/// Keys and values by block of the span.
class SpanPieces {
 public:
  SpanPieces() = default;
  /// `next` is what will be read afterwards, null: nothing.
  SpanPieces(const SpanItem& item, const SpanItem* next) {
    const CellRange blocks = visible_blocks(item);
    first_ = blocks.begin - item.span * kSpanBlocks;
    count_ = blocks.end - blocks.begin;
    // With many rows products take longer than cells, which other bands of rows read again.
    distance_ = item.tile.rows <= kFewRows ? kPiecesAhead : 0;
    const size_t keys = item.tile.args->layout.key_offset(item.tile.kv_head);
    const size_t values = item.tile.args->layout.value_offset(item.tile.kv_head);
    for (int64_t i = 0; i < count_; ++i) {
      const std::byte* block = item.tile.sequence->blocks[blocks.begin + i];
      order_[i] = block + keys;
      order_[count_ + i] = block + values;
    }
    for (int64_t i = 0; i < kPiecesAhead; ++i)
      order_[2 * count_ + i] = next == nullptr ? order_[2 * count_ - 1] : first_keys(*next, i);
  }

  Piece keys(int64_t block) const { return piece(block - first_); }
  Piece values(int64_t block) const { return piece(count_ + block - first_); }

 private:
  static const std::byte* first_keys(const SpanItem& item, int64_t i) {
    const CellRange blocks = visible_blocks(item);
    const int64_t block = blocks.begin + (i < blocks.end - blocks.begin ? i : 0);
    return item.tile.sequence->blocks[block] + item.tile.args->layout.key_offset(item.tile.kv_head);
  }
  Piece piece(int64_t i) const { return {order_[i], order_[i + distance_]}; }

  int64_t first_ = 0, count_ = 0, distance_ = 0;
  const std::byte* order_[2 * kSpanBlocks + kPiecesAhead];
};

}  // namespace
}  // namespace hearth::kernels
