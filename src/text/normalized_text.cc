#include "text/normalized_text.h"

#include "text/characters.h"
#include "text/growth_limit.h"

namespace hearth::text {

void NormalizedText::assign(std::string_view input, size_t begin, bool track) {
  text_.assign(input);
  begin_ = static_cast<uint32_t>(begin);
  track_ = track;
  limit_ = growth_limit(input.size());
  origin_.clear();
  if (!track) return;
  origin_.reserve(input.size());
  for (size_t at = 0; at < input.size();) {
    const uint32_t bytes = utf8_length(input[at]);
    origin_.insert(origin_.end(), bytes, static_cast<uint32_t>(begin + at));
    at += bytes;
  }
}

void NormalizedText::replace_all(std::string text, const std::vector<Change>& changes) {
  check_growth(text.size(), limit_);
  if (track_) {
    std::vector<uint32_t> origin;
    origin.reserve(text.size());
    size_t at = 0;
    const auto take_character = [&] { at += at < text_.size() ? utf8_length(text_[at]) : 0; };
    for (const Change& c : changes) {
      const bool inserted = c.change > 0 || at >= text_.size();
      origin.insert(origin.end(), c.bytes, inserted ? origin_before(at) : origin_[at]);
      for (int32_t taken = c.change; taken <= 0; ++taken) take_character();
    }
    origin_.swap(origin);
  }
  text_ = std::move(text);
}

Rewrite::Rewrite(NormalizedText& text) : target_(&text) {
  text_.reserve(text.text_.size() + text.text_.size() / 8);
}

void Rewrite::keep(size_t bytes) {
  text_.append(target_->text_, at_, bytes);
  if (target_->track_) {
    const auto from = target_->origin_.begin() + static_cast<ptrdiff_t>(at_);
    origin_.insert(origin_.end(), from, from + static_cast<ptrdiff_t>(bytes));
  }
  at_ += bytes;
}

void Rewrite::put(std::string_view with, uint32_t origin) {
  check_growth(text_.size() + with.size(), target_->limit_);
  text_.append(with);
  if (target_->track_) origin_.insert(origin_.end(), with.size(), origin);
}

void Rewrite::replace(size_t bytes, std::string_view with) {
  put(with, target_->track_ ? target_->origin_[at_] : 0);
  at_ += bytes;
}

void Rewrite::insert(std::string_view with) {
  put(with, target_->track_ ? target_->origin_before(at_) : 0);
}

void Rewrite::finish() {
  keep(target_->text_.size() - at_);
  target_->text_.swap(text_);
  target_->origin_.swap(origin_);
}

}  // namespace hearth::text
