// Questions about a whole text, as str.isupper() and its family answer them.
#pragma once

#include <cstdint>
#include <string_view>

namespace hearth::text::jinja {

/// Cased letters are there, and all of them are of that case.
bool is_lower_text(std::string_view text);
bool is_upper_text(std::string_view text);
bool is_title_text(std::string_view text);
/// Not empty, and every character passes.
bool all_characters(std::string_view text, bool (*test)(uint32_t));
bool is_identifier(std::string_view text);

}  // namespace hearth::text::jinja
