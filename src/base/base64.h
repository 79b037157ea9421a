// Base 64 (RFC 4648): tables inside of JSON files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// Padding may be there or not. Throws bad_input: "<name> is not base64".
std::string decode_base64(std::string_view text, const std::string& name);
/// The same, but nothing when it is not base64.
std::optional<std::string> try_decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

}  // namespace hearth
