// Searching text in linear time: templates choose both strings, so nothing quadratic will do.
#pragma once

#include <string_view>

namespace hearth::text::jinja {

/// Byte position of the first `needle` at or after `from`, or npos.
size_t find_text(std::string_view text, std::string_view needle, size_t from);
/// Byte position of the last one, or npos.
size_t find_last_text(std::string_view text, std::string_view needle);
/// How often it occurs without overlap; an empty one between all characters.
size_t count_text(std::string_view text, std::string_view needle);

}  // namespace hearth::text::jinja
