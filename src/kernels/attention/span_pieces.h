// The pieces of the cache that a span of cells consists of, in the order of their use: a kv head's
// keys of every block, then its values of every block. They are some kilobytes each and lie
// anywhere in memory, which is where a processor's own prefetchers give up: they stop at the end of
// a page. So whoever reads a piece fetches the same place of one that is to come.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/attention/driver.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kSpanBlocks = kSpanTokens / kBlockTokens;

struct Piece {
  const std::byte* data;
  const std::byte* ahead;  // the piece to fetch from while this one is read
};

/// To the second-level cache: the few buffers between the first and the second are needed for what
/// is read now (a seventh more bytes a second on a Xeon). Not the builtin: GCC 12 takes a function
/// that does nothing but prefetch for one without effect.
inline void prefetch(const void* p) {
  asm volatile("prefetcht1 %0" : : "m"(*static_cast<const char*>(p)));
}
/// Bytes [begin, end) from p.
inline void prefetch(const std::byte* p, size_t begin, size_t end) {
  for (size_t at = begin; at < end; at += 64) prefetch(p + at);
}

/// Where the pieces of one item lie.
class SpanPieces {
 public:
  SpanPieces() = default;
  explicit SpanPieces(const SpanItem& item) {
    const CellRange blocks = visible_blocks(item);
    const KvLayout& layout = item.tile.args->layout;
    blocks_ = item.tile.sequence->blocks + blocks.begin;
    first_ = blocks.begin - item.span * kSpanBlocks;
    count_ = blocks.end - blocks.begin;
    keys_ = layout.key_offset(item.tile.kv_head);
    values_ = layout.value_offset(item.tile.kv_head);
    bytes_ = layout.key_head_bytes();
  }
  /// By block of the span.
  const std::byte* keys(int64_t block) const { return blocks_[block - first_] + keys_; }
  const std::byte* values(int64_t block) const { return blocks_[block - first_] + values_; }

  int64_t blocks() const { return count_; }
  /// Piece i in the order of use, null past the last.
  const std::byte* at(int64_t i) const {
    if (i < count_) return blocks_[i] + keys_;
    return i < 2 * count_ ? blocks_[i - count_] + values_ : nullptr;
  }
  size_t key_bytes() const { return bytes_; }

 private:
  std::byte* const* blocks_ = nullptr;
  int64_t first_ = 0, count_ = 0;
  size_t keys_ = 0, values_ = 0, bytes_ = 0;
};

/// Which piece to fetch next. Memory is to be busy during the softmax too: so every fourth piece of
/// keys fetches nothing, and the softmax makes up for it.
class PieceQueue {
 public:
  /// Fetches nothing.
  PieceQueue() = default;
  /// `next` is what will be computed afterwards; null: nothing.
  PieceQueue(const SpanItem& item, const SpanItem* next)
      : own_(item), next_(next == nullptr ? SpanPieces() : SpanPieces(*next)), on_(true) {
    at_ = item.fetched ? kPiecesAhead : 1;
    spared_ = item.fetched ? own_.blocks() / kSpared : 0;
  }

  /// What to fetch while keys, or values, are read at `data`.
  Piece with_keys(const std::byte* data, int64_t block) {
    return on_ && (spared_ == 0 || block % kSpared != kSpared - 1) ? take(data) : Piece{data, data};
  }
  Piece with_values(const std::byte* data) { return on_ ? take(data) : Piece{data, data}; }

  /// The share of one row's softmax out of `rows`.
  void with_softmax(int64_t row, int64_t rows) {
    if (!on_) return;
    const int64_t pieces = own_.blocks() / kSpared;
    const auto share = [&](int64_t of) {
      return own_.key_bytes() * static_cast<size_t>(of) / static_cast<size_t>(rows) / 64 * 64;
    };
    for (int64_t i = 0; i < pieces; ++i)
      if (const std::byte* piece = piece_at(at_ + i); piece != nullptr)
        prefetch(piece, share(row), row + 1 == rows ? own_.key_bytes() : share(row + 1));
    if (row + 1 == rows) at_ += pieces;
  }

 private:
  static constexpr int64_t kSpared = 4;
  // Cells are asked for so many pieces ahead: less leaves gaps, and more gains nothing.
  static constexpr int64_t kPiecesAhead = 5;
  // The pages of pieces so far beyond are touched, or looking them up would hold up the lines: a
  // sixth more bytes a second.
  static constexpr int64_t kPagesAhead = 4;

  const std::byte* piece_at(int64_t i) const {
    const std::byte* own = own_.at(i);
    return own != nullptr ? own : next_.at(i - 2 * own_.blocks());
  }
  Piece take(const std::byte* data) {
    const std::byte* piece = piece_at(at_);
    if (const std::byte* far = piece_at(at_ + kPagesAhead); far != nullptr)
      for (size_t byte = 0; byte < own_.key_bytes(); byte += 4096) prefetch(far + byte);
    ++at_;
    return {data, piece == nullptr ? data : piece};
  }

  SpanPieces own_, next_;
  bool on_ = false;
  int64_t at_ = 0, spared_ = 0;
};

}  // namespace
}  // namespace hearth::kernels
