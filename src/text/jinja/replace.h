// str.replace, shared by the method and the filter.
#pragma once

#include <string_view>

#include "text/jinja/text.h"

namespace hearth::text::jinja {

/// `text` with the first `maximum` occurrences of `old` (all when negative) replaced; an empty
/// `old` stands before every character and at the end.
void append_replaced(std::string_view text, std::string_view old, std::string_view with,
                     int64_t maximum, Text& out);

}  // namespace hearth::text::jinja
