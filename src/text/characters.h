// What kind of character a code point is, as the Rust tokenizers see it (their libraries carry
// Unicode data of several ages; tools/make_character_classes.py reads it off the package).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::text {

bool is_white_space(uint32_t c);
bool is_numeric(uint32_t c);          ///< Nd, Nl, No
bool is_punctuation(uint32_t c);      ///< ASCII punctuation or a category P
bool is_combining_mark(uint32_t c);   ///< a category M
bool is_nonspacing_mark(uint32_t c);  ///< Mn
bool is_control(uint32_t c);          ///< Cc, Cf, Co; not tab, newline and carriage return
bool is_word(uint32_t c);             ///< \w
bool is_chinese(uint32_t c);          ///< the CJK blocks that BERT puts spaces around

void append_lowercase(std::string& out, uint32_t c);

/// For the normal forms: too new to have a decomposition, or a combining class other than 0.
bool is_not_decomposed(uint32_t c);
bool has_class_zero(uint32_t c);

/// An older character of the same class and UTF-8 length for one that PCRE2 does not know; `c`
/// itself for all others.
uint32_t stand_in(uint32_t c);

/// The number of bytes that the character starting with this byte has, in valid UTF-8.
inline uint32_t utf8_length(char first) {
  const auto b = static_cast<uint8_t>(first);
  return b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
}

/// The character that starts at text[at], in valid UTF-8; moves `at` behind it.
inline uint32_t next_character(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return uint32_t{static_cast<uint8_t>(text[at + i])}; };
  const uint32_t length = utf8_length(text[at]);
  uint32_t c = byte(0);
  if (length == 2) c = ((c & 0x1F) << 6) | (byte(1) & 0x3F);
  if (length == 3) c = ((c & 0xF) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
  if (length == 4)
    c = ((c & 0x7) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
  at += length;
  return c;
}

bool is_ascii(std::string_view text);

}  // namespace hearth::text
