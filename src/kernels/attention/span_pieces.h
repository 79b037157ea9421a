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
    if (blocks_ == nullptr) return nullptr;
    if (i < count_) return blocks_[i] + keys_;
    return i < 2 * count_ ? blocks_[i - count_] + values_ : nullptr;
  }
  size_t key_bytes() const { return bytes_; }

 private:
  std::byte* const* blocks_ = nullptr;
  int64_t first_ = 0, count_ = 0;
  size_t keys_ = 0, values_ = 0, bytes_ = 0;
};

/// Which lines to fetch next. Memory has to be busy all the time, and no place may ask for more
/// lines at once than a core can wait for: what comes after would wait too. So reading a piece
/// fetches another line by line, except some pieces of keys, which are left for what is computed
/// in between: see lines().
class PieceQueue {
 public:
  /// Fetches nothing.
  PieceQueue() = default;
  /// `next` is what will be computed afterwards; null: nothing.
  PieceQueue(const SpanItem& item, const SpanItem* next)
      : own_(item), next_(next == nullptr ? SpanPieces() : SpanPieces(*next)), on_(true) {
    left_ = own_.blocks() / kSpared * piece_lines();
    if (item.fetched) {
      at_ = kPiecesAhead;
      spares_ = true;
    } else {
      for (; at_ < kPiecesAtOnce; ++at_)
        if (const std::byte* piece = piece_at(at_); piece != nullptr)
          prefetch(piece, 0, own_.key_bytes());
    }
  }

  /// What to fetch while keys, or values, are read at `data`.
  Piece with_keys(const std::byte* data, int64_t block) {
    return on_ && (!spares_ || block % kSpared != kSpared - 1) ? take(data) : Piece{data, data};
  }
  Piece with_values(const std::byte* data) { return on_ ? take(data) : Piece{data, data}; }

  /// Fetches up to `count` of the lines that are left for other work than reading pieces.
  void lines(int64_t count) {
    for (; count > 0 && left_ > 0; --count, --left_) {
      if (line_ == line_end_) {
        line_ = piece_at(at_++);
        if (line_ == nullptr) {
          left_ = 0;
          return;
        }
        line_end_ = line_ + own_.key_bytes() / 64 * 64;
      }
      prefetch(line_);
      line_ += 64;
    }
  }
  void rest_of_lines() { lines(left_); }

 private:
  static constexpr int64_t kSpared = 4;
  // Cells are asked for so many pieces ahead: less leaves gaps, and more gains nothing.
  static constexpr int64_t kPiecesAhead = 5;
  // And of a thread's first item, for which it has to wait.
  static constexpr int64_t kPiecesAtOnce = 2;
  // The pages of pieces so far beyond are touched, or looking them up would hold up the lines: a
  // sixth more bytes a second.
  static constexpr int64_t kPagesAhead = 4;

  int64_t piece_lines() const { return static_cast<int64_t>(own_.key_bytes() / 64); }
  const std::byte* piece_at(int64_t i) const {
    const std::byte* own = own_.at(i);
    return own != nullptr ? own : next_.at(i - 2 * own_.blocks());
  }
  Piece take(const std::byte* data) {
    const std::byte* piece = piece_at(at_);
    if (const std::byte* far = piece_at(at_ + kPagesAhead); far != nullptr)
      prefetch(far + own_.key_bytes() - 64);
    ++at_;
    return {data, piece == nullptr ? data : piece};
  }

  SpanPieces own_, next_;
  bool on_ = false;
  bool spares_ = false;  // pieces of keys, for lines()
  int64_t at_ = 0;
  const std::byte *line_ = nullptr, *line_end_ = nullptr;  // of the piece that lines() is at
  int64_t left_ = 0;                                       // for lines() until the softmax is over
};

}  // namespace
}  // namespace hearth::kernels
