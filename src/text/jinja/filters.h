// The filters of the language: `x | name`.
#pragma once

#include <string_view>

#include "text/jinja/native.h"

namespace hearth::text::jinja {

/// Null when there is none of this name.
const Native* find_filter(std::string_view name);

namespace filters {

#define HEARTH_FILTER(name, function, ...) Value function(Invocation&);
#include "text/jinja/filters.inc"
#undef HEARTH_FILTER

}  // namespace filters
}  // namespace hearth::text::jinja
