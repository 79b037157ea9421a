#include "text/jinja/string_tests.h"

#include <utility>

#include "base/utf8.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace {

// Calls f(character) until it says false; whether it never did.
template <typename F>
bool each_character(std::string_view text, F&& f) {
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = decode_utf8(text, at);
    if (!f(c.code_point)) return false;
    at += c.bytes;
  }
  return true;
}

}  // namespace

bool is_lower_text(std::string_view text) {
  bool cased = false;
  return each_character(text,
                        [&](uint32_t c) {
                          cased |= is_lower(c);
                          return !is_upper(c) && !is_title(c);
                        }) &&
         cased;
}

bool is_upper_text(std::string_view text) {
  bool cased = false;
  return each_character(text,
                        [&](uint32_t c) {
                          cased |= is_upper(c);
                          return !is_lower(c) && !is_title(c);
                        }) &&
         cased;
}

bool is_title_text(std::string_view text) {
  bool cased = false, in_word = false;
  return each_character(text,
                        [&](uint32_t c) {
                          const bool starts = is_upper(c) || is_title(c);
                          if ((starts && in_word) || (is_lower(c) && !in_word)) return false;
                          in_word = starts || is_lower(c);
                          cased |= in_word;
                          return true;
                        }) &&
         cased;
}

bool all_characters(std::string_view text, bool (*test)(uint32_t)) {
  return !text.empty() && each_character(text, test);
}

bool is_identifier(std::string_view text) {
  bool first = true;
  return !text.empty() && each_character(text, [&](uint32_t c) {
    return std::exchange(first, false) ? starts_identifier(c) : continues_identifier(c);
  });
}

}  // namespace hearth::text::jinja
