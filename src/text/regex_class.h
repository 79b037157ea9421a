// Character classes of Oniguruma, which nest and intersect ([a[^b]&&[c]]), as PCRE2 patterns.
// Internal to the translation of regular expressions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

/// Where a translation stands in its pattern; reports errors with that place.
struct RegexReader {
  std::string_view pattern;
  const std::string& name;
  size_t at = 0;
  int depth = 0;

  bool done() const { return at >= pattern.size(); }
  bool starts_with(std::string_view text) const { return pattern.substr(at).starts_with(text); }
  bool take(std::string_view text) {
    if (!starts_with(text)) return false;
    at += text.size();
    return true;
  }
  /// The next character; an error at the end of the pattern.
  std::string_view character();
  [[noreturn]] void unknown(std::string_view what) const;
};

/// One character, or a set of them, from behind a backslash.
struct RegexEscape {
  std::string literal;  ///< the character, when it is one
  std::string items;    ///< else what goes between [ and ]
  bool negated = false;
};

/// What \w stands for outside of a class, as items.
std::string word_items();

/// Reads what follows a backslash inside of a class; outside only \w and \W differ.
RegexEscape read_escape(RegexReader& reader);

/// Reads a class whose '[' is taken, and gives a pattern that matches one character.
std::string read_class(RegexReader& reader);

/// "[items]" or "[^items]"; a plain escape where that is shorter.
std::string class_of(const std::string& items, bool negated);
std::string escape_literal(std::string_view character);

}  // namespace hearth::text
