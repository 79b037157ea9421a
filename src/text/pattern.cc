#include "text/pattern.h"

#include "base/error.h"
#include "text/characters.h"

namespace hearth::text {

Pattern::Pattern(const StageConfig& config) {
  const StageConfig pattern = config.object("pattern");
  if (pattern.has("String")) {
    literal_ = pattern.text("String");
  } else if (pattern.has("Regex")) {
    regex_.emplace(pattern.text("Regex"), pattern.name_of("Regex"));
  } else {
    bad_input("{} should have \"String\" or \"Regex\"", config.name_of("pattern"));
  }
}

Pattern Pattern::of_literal(std::string text) {
  Pattern out;
  out.literal_ = std::move(text);
  return out;
}

PatternSearch::PatternSearch(const Pattern& pattern) : pattern_(&pattern) {
  if (pattern.regex_) regex_.emplace(*pattern.regex_);
}

void PatternSearch::start(std::string_view text) {
  text_ = text;
  from_ = 0;
  if (regex_) regex_->start(text);
}

bool PatternSearch::next(size_t& begin, size_t& end) {
  if (regex_) return regex_->next(begin, end);
  if (from_ > text_.size()) return false;
  begin = text_.find(pattern_->literal_, from_);
  if (begin == std::string_view::npos) return false;
  end = begin + pattern_->literal_.size();
  from_ = end;
  // The empty string matches once between any two characters.
  if (begin == end) from_ += end < text_.size() ? utf8_length(text_[end]) : 1;
  return true;
}

}  // namespace hearth::text
