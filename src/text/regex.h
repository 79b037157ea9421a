// Regular expressions of tokenizer.json. The files are written for Oniguruma; PCRE2 runs them,
// after a translation that makes every construct mean the same, or refuses it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hearth::text {

class Regex {
 public:
  /// `name` says in errors where the pattern comes from. Throws bad_input for what is malformed or
  /// has no translation.
  Regex(std::string_view pattern, const std::string& name);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

 private:
  friend class RegexSearch;
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

/// The matches of one thread, in one text after another. Texts must be valid UTF-8.
class RegexSearch {
 public:
  explicit RegexSearch(const Regex& regex);
  ~RegexSearch();
  RegexSearch(const RegexSearch&) = delete;
  RegexSearch& operator=(const RegexSearch&) = delete;

  void start(std::string_view text);
  /// The next match, as a range of bytes; false at the end. An empty match is not reported right
  /// behind another match. Throws bad_input when the pattern needs too many steps on this text.
  bool next(size_t& begin, size_t& end);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The pattern in PCRE2's syntax, for the options that regex.cc sets.
std::string translate_regex(std::string_view pattern, const std::string& name);

}  // namespace hearth::text
