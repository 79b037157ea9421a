// The tests of the language: `x is name`.
#pragma once

#include <string_view>

#include "text/jinja/native.h"

namespace hearth::text::jinja {

/// Null when there is none of this name.
const Native* find_test(std::string_view name);

}  // namespace hearth::text::jinja
