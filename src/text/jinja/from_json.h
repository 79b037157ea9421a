// JSON as template values.
#pragma once

#include "base/json.h"
#include "text/jinja/value.h"

namespace hearth::text::jinja {

/// Integers stay integers; text that is not UTF-8 gets U+FFFD in its place.
Value from_json(Sandbox& box, const Json& json);

}  // namespace hearth::text::jinja
