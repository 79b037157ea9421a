// The tokens <0x00> to <0xFF> that stand for single bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::text {

std::string byte_token(uint8_t byte);

/// Lower-case digits count, as in the Rust package.
std::optional<uint8_t> parse_byte_token(std::string_view token);

}  // namespace hearth::text
