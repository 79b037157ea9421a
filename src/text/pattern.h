// The `pattern` of Split and Replace: {"String": ...} or {"Regex": ...}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/regex.h"
#include "text/stage_config.h"

namespace hearth::text {

class Pattern {
 public:
  /// Reads `pattern` of a stage.
  explicit Pattern(const StageConfig& config);
  static Pattern of_literal(std::string text);

  /// The string to look for; null for a regular expression.
  const std::string* literal() const { return regex_ ? nullptr : &literal_; }

 private:
  friend class PatternSearch;
  Pattern() = default;
  std::string literal_;
  std::optional<Regex> regex_;
};

/// The matches of one thread, in one text after another.
class PatternSearch {
 public:
  explicit PatternSearch(const Pattern& pattern);
  void start(std::string_view text);
  bool next(size_t& begin, size_t& end);

 private:
  const Pattern* pattern_;
  std::optional<RegexSearch> regex_;
  std::string_view text_;
  size_t from_ = 0;
};

}  // namespace hearth::text
