#include "text/byte_token.h"

#include <fmt/format.h>

#include <charconv>

namespace hearth::text {

std::string byte_token(uint8_t byte) { return fmt::format("<0x{:02X}>", byte); }

std::optional<uint8_t> parse_byte_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
  uint8_t byte = 0;
  const char* begin = token.data() + 3;
  // Rust's parser takes a sign: "+F" is 15.
  if (*begin == '+') ++begin;
  if (std::from_chars(begin, token.data() + 5, byte, 16).ptr != token.data() + 5)
    return std::nullopt;
  return byte;
}

}  // namespace hearth::text
