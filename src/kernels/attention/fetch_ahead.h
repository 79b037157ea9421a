// Fetching the cells of the next span into the caches while the present one is computed. Keys and
// values of a kv head are pieces of some kilobytes anywhere in memory, which is where a processor's
// own prefetchers give up: they stop at the end of a page.
#pragma once

#include "kernels/attention/driver.h"

namespace hearth::kernels {

/// With more rows than this in a tile the products take longer than the cells.
inline constexpr int64_t kFewRows = 32;

/// Walks through the lines of a span's keys and values in the order of their use. A core waits for
/// some 16 lines at a time, and stops when it asks for more: so loops ask for one now and then, and
/// for the second-level cache, since a span does not fit the first.
template <class S>
class FetchAhead {
 public:
  /// Null: there is nothing to fetch.
  explicit FetchAhead(const SpanItem* item) {
    if (item == nullptr) return;
    const QueryTile& tile = item->tile;
    const KvLayout& layout = tile.args->layout;
    const CellRange range = visible_blocks(*item);
    blocks_ = tile.sequence->blocks + range.begin;
    count_ = range.end - range.begin;
    keys_ = {layout.key_offset(tile.kv_head), layout.key_head_bytes()};
    values_ = {layout.value_offset(tile.kv_head), layout.value_head_bytes()};
    start_piece();
  }

  /// Fetches one more, when there is one.
  void line() {
    if (left_ == 0) return;
    __builtin_prefetch(at_, 0, 2);
    at_ += 64;
    if (--left_ > 0) return;
    ++piece_;
    start_piece();
  }
  void lines(int64_t count) {
    for (; count > 0; --count) line();
  }

 private:
  struct Piece {
    size_t offset = 0, bytes = 0;
  };
  // Piece i: the keys of block i, after them the values.
  void start_piece() {
    if (piece_ >= 2 * count_) return;
    const Piece& piece = piece_ < count_ ? keys_ : values_;
    at_ = blocks_[piece_ % count_] + piece.offset;
    left_ = static_cast<int64_t>(piece.bytes + 63) / 64;
  }

  std::byte* const* blocks_ = nullptr;
  int64_t count_ = 0, piece_ = 0, left_ = 0;
  Piece keys_, values_;
  const std::byte* at_ = nullptr;
};

}  // namespace hearth::kernels
