// One line of the text form, taken apart from left to right; whatever is not there is an error that
// names the line.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace hearth::ir {

class TextScanner {
 public:
  /// `where` is "file:line" for messages.
  TextScanner(std::string_view line, std::string where) : line_(line), where_(std::move(where)) {}

  /// True when nothing but blanks and a comment is left.
  bool at_end();
  /// Takes `text` when it comes next.
  bool accept(std::string_view text);
  void expect(std::string_view text);
  /// A bare or quoted name.
  std::string name();
  std::string quoted();
  bool next_is_quoted();
  /// Characters up to one of `stops`, a blank or the end.
  std::string word(std::string_view stops);
  /// What stands between here and `closing`, which is taken too.
  std::string until(char closing);
  int64_t integer();

  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    fail_with(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  [[noreturn]] void fail_with(const std::string& what) const;
  void skip_blanks();
  std::string_view rest() const { return line_.substr(at_); }

  std::string_view line_;
  std::string where_;
  size_t at_ = 0;
};

}  // namespace hearth::ir
