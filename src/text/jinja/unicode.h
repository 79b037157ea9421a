// Characters and strings as Python's str sees them: positions in code points, white space, classes
// of characters, and case with its special mappings.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::text::jinja {

size_t count_code_points(std::string_view text);
/// Where the code point `index` starts; the size of the text when it has fewer.
size_t byte_offset(std::string_view text, size_t index);

bool is_space(uint32_t c);
bool is_alpha(uint32_t c);
bool is_decimal(uint32_t c);
bool is_digit(uint32_t c);
bool is_numeric(uint32_t c);
bool is_alphanumeric(uint32_t c);
bool is_lower(uint32_t c);
bool is_upper(uint32_t c);
bool is_title(uint32_t c);
bool is_printable(uint32_t c);
bool starts_identifier(uint32_t c);
bool continues_identifier(uint32_t c);

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
/// Every word starts with a title-case letter; words are runs of cased letters.
std::string to_title(std::string_view text);
std::string capitalize(std::string_view text);
std::string swap_case(std::string_view text);
std::string case_fold(std::string_view text);

enum class Side : uint8_t { left, right, both };
/// Without white space, or without the characters in `chars`, at its ends.
std::string_view strip(std::string_view text, Side side = Side::both,
                       std::optional<std::string_view> chars = std::nullopt);

/// Calls `line` for every line without its end, or with it; all of Unicode's line breaks count.
void each_line(std::string_view text, bool keep_ends,
               const std::function<void(std::string_view)>& line);

}  // namespace hearth::text::jinja
