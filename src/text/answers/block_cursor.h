// Steps through a block that is complete.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "text/answers/json_scanner.h"

namespace hearth::text {

class BlockCursor {
 public:
  explicit BlockCursor(std::string_view text) : rest_(text) {}

  void blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  /// Passes blanks where `literal`, which is not empty, may follow.
  void blanks_before(std::string_view literal) {
    if (!literal.empty()) blanks();
  }
  bool take(std::string_view literal) {
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }
  /// What stands before `literal`, which is passed; nothing when it does not come.
  std::optional<std::string_view> until(std::string_view literal) {
    const size_t end = rest_.find(literal);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view out = rest_.substr(0, end);
    rest_.remove_prefix(end + literal.size());
    return out;
  }
  /// Passes what stands before the first of `literals`, or everything.
  void skip_to(std::initializer_list<std::string_view> literals) {
    size_t next = rest_.size();
    for (const std::string_view literal : literals) next = std::min(next, rest_.find(literal));
    rest_.remove_prefix(next);
  }
  /// What stands before any of `characters`, or the rest.
  std::string_view before_any(std::string_view characters) {
    const std::string_view out = rest_.substr(0, rest_.find_first_of(characters));
    rest_.remove_prefix(out.size());
    return out;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// Without the line breaks that templates set around a value.
inline std::string_view without_line_breaks(std::string_view value) {
  if (value.starts_with('\n')) value.remove_prefix(1);
  if (value.ends_with('\n')) value.remove_suffix(1);
  return value;
}

}  // namespace hearth::text
