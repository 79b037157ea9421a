// UTF-8 without surprises: decoding that never reads past the end and says where text is not UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth {

inline constexpr uint32_t kReplacementCharacter = 0xFFFD;

struct DecodedChar {
  uint32_t code_point;  ///< kReplacementCharacter when the bytes are not UTF-8
  uint32_t bytes;       ///< consumed: 1..4; for bad bytes the longest bad prefix (Unicode 3.9)
  bool valid;
};

/// The character that starts at text[at]; `at` must be inside the text.
DecodedChar decode_utf8(std::string_view text, size_t at);
void append_utf8(std::string& out, uint32_t code_point);
bool is_utf8(std::string_view text);
/// The text with every sequence that is not UTF-8 replaced by U+FFFD.
std::string replace_invalid_utf8(std::string_view text);
/// Bytes at the end of `text` that may be the start of a character still to be completed (0..3).
size_t incomplete_utf8_suffix(std::string_view text);

}  // namespace hearth
