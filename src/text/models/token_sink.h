// Where a model puts its ids, with the stretches they were made from when somebody asks for those.
#pragma once

#include "text/stages.h"

namespace hearth::text {

class TokenSink {
 public:
  TokenSink(std::vector<int64_t>& ids, std::vector<TokenRange>* ranges)
      : ids_(ids), ranges_(ranges) {}

  /// Calls `encode(text)` for each piece of text, in order, and passes the added tokens on.
  template <typename Encode>
  void each_text(const Pieces& pieces, Encode&& encode) {
    for (piece_ = 0; piece_ < pieces.list().size(); ++piece_) {
      const Piece& piece = pieces.list()[piece_];
      if (piece.token != kText) {
        put(piece.token, 0, 0);
      } else {
        encode(pieces.text(piece));
      }
    }
  }

  /// `begin` and `end` are bytes of the piece's text.
  void put(int64_t id, size_t begin, size_t end) {
    ids_.push_back(id);
    if (ranges_ != nullptr)
      ranges_->push_back({static_cast<uint32_t>(piece_), static_cast<uint32_t>(begin),
                          static_cast<uint32_t>(end)});
  }

  size_t count() const { return ids_.size(); }
  /// Takes back what was put since there were `count` ids.
  void take_back(size_t count) {
    if (ranges_ != nullptr) ranges_->resize(ranges_->size() - (ids_.size() - count));
    ids_.resize(count);
  }

 private:
  std::vector<int64_t>& ids_;
  std::vector<TokenRange>* ranges_;
  size_t piece_ = 0;
};

}  // namespace hearth::text
