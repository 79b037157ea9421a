#include "text/pieces.h"

#include "text/growth_limit.h"

namespace hearth::text {

void Pieces::reset(size_t input_bytes) {
  limit_ = growth_limit(input_bytes);
  buffer_.clear();
  origin_.clear();
  list_.clear();
}

void Pieces::add_text(std::string_view text, const uint32_t* origin) {
  check_growth(buffer_.size() + text.size(), limit_);
  const auto begin = static_cast<uint32_t>(buffer_.size());
  buffer_.append(text);
  if (origin != nullptr) origin_.insert(origin_.end(), origin, origin + text.size());
  if (!text.empty()) list_.push_back({begin, static_cast<uint32_t>(buffer_.size()), kText});
}

void Pieces::add_token(int32_t id) {
  const auto at = static_cast<uint32_t>(buffer_.size());
  list_.push_back({at, at, id});
}

PiecesRewrite::PiecesRewrite(Pieces& pieces) : target_(&pieces), tracks_(!pieces.origin_.empty()) {
  buffer_.reserve(pieces.buffer_.size() + pieces.buffer_.size() / 2);
  list_.reserve(pieces.list_.size());
}

void PiecesRewrite::append(std::string_view with, size_t at) {
  buffer_.append(with);
  if (tracks_) origin_.insert(origin_.end(), with.size(), target_->origin_[at]);
}

void PiecesRewrite::cut() {
  check_growth(buffer_.size(), target_->limit_);
  const auto end = static_cast<uint32_t>(buffer_.size());
  if (end > begin_) list_.push_back({static_cast<uint32_t>(begin_), end, kText});
  begin_ = end;
}

void PiecesRewrite::finish() {
  target_->buffer_.swap(buffer_);
  target_->origin_.swap(origin_);
  target_->list_.swap(list_);
}

}  // namespace hearth::text
