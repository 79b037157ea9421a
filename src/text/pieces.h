// A text on its way through the pre-tokenizers: one buffer and the pieces it is cut into, in
// order. A piece is either text or an added token that was found in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/normalized_text.h"

namespace hearth::text {

struct Piece {
  uint32_t begin, end;  ///< bytes of the buffer
  int32_t token;        ///< id of an added token, or kText
};
inline constexpr int32_t kText = -1;

class Pieces {
 public:
  /// Empty, for a text of this size.
  void reset(size_t input_bytes);
  /// Appends text as one piece; `origin` holds one entry a byte, or is null when not tracked.
  void add_text(std::string_view text, const uint32_t* origin);
  void add_token(int32_t id);

  const std::vector<Piece>& list() const { return list_; }
  std::string_view text(const Piece& piece) const {
    return std::string_view(buffer_).substr(piece.begin, piece.end - piece.begin);
  }
  /// True when the piece begins with what stood at the very start of the input.
  bool is_at_input_start(const Piece& piece) const {
    return (origin_[piece.begin] & ~kInFront) == 0;
  }
  /// What byte `at` of the buffer stands for, see NormalizedText; only when tracked.
  uint32_t origin(size_t at) const { return origin_[at]; }

  /// Cuts each piece of text: `cut(text, emit)` calls emit(begin, end) with ranges of `text`, in
  /// order. Empty ranges are dropped.
  template <typename Cut>
  void split(Cut&& cut) {
    std::vector<Piece> out;
    out.reserve(list_.size() + buffer_.size() / 8);
    for (const Piece& piece : list_) {
      if (piece.token != kText) {
        out.push_back(piece);
        continue;
      }
      cut(text(piece), [&](size_t begin, size_t end) {
        if (begin < end)
          out.push_back({piece.begin + static_cast<uint32_t>(begin),
                         piece.begin + static_cast<uint32_t>(end), kText});
      });
    }
    list_.swap(out);
  }

 private:
  friend class PiecesRewrite;
  std::string buffer_;
  std::vector<uint32_t> origin_;
  std::vector<Piece> list_;
  size_t limit_ = 0;  // of the buffer's growth
};

/// Replaces the buffer, for stages that change text besides cutting it. Everything is taken over
/// piece by piece: keep() for added tokens, append() and cut() for text.
class PiecesRewrite {
 public:
  explicit PiecesRewrite(Pieces& pieces);
  void keep(const Piece& piece) { list_.push_back(piece); }
  /// Appends to the piece under construction, as standing where byte `at` of the old buffer stood.
  void append(std::string_view with, size_t at);
  /// Ends a piece here; the next one begins.
  void cut();
  void finish();

 private:
  Pieces* target_;
  bool tracks_;
  std::string buffer_;
  std::vector<uint32_t> origin_;
  std::vector<Piece> list_;
  size_t begin_ = 0;
};

}  // namespace hearth::text
