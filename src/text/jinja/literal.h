// String and number literals of expressions, with Python's escapes and spellings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

/// What stands between the quotes, escapes resolved.
std::string unescape(std::string_view text, uint32_t line);

/// Length of the number that `text` starts with, 0 when it starts with none. `after_dot`: a dot
/// stands before it, so that `a.1.2` is a[1][2] and not a[1.2].
size_t number_length(std::string_view text, bool after_dot);
Value parse_number(std::string_view text, uint32_t line, Sandbox& constants);

}  // namespace hearth::text::jinja
