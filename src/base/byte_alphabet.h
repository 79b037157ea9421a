// The visible characters that byte-level BPE writes bytes as: printable Latin-1 as itself, the
// other 68 bytes as U+0100 and up, in order (Radford et al., 2019).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

struct ByteCharacter {
  char utf8[2];
  uint8_t length;  ///< 1 or 2
};

/// For each byte.
const std::array<ByteCharacter, 256>& byte_alphabet();

inline void append_byte_character(std::string& out, char byte) {
  const ByteCharacter& c = byte_alphabet()[static_cast<uint8_t>(byte)];
  out.append(c.utf8, c.length);
}

/// The byte that a character stands for.
std::optional<uint8_t> byte_of_character(uint32_t c);

}  // namespace hearth
