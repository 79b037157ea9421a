// The functions every template can call: jinja2's, and those transformers adds.
#pragma once

#include <string_view>

#include "text/jinja/native.h"

namespace hearth::text::jinja {

/// Null when there is none of this name.
const Native* find_global(std::string_view name);

}  // namespace hearth::text::jinja
