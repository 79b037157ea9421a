// Attribute values as an IR's XML spells them: "true", "0, 1", "?,?,64", "f32", "1e-05".
#pragma once

#include <optional>
#include <string>

#include "ir/schema.h"

namespace hearth::ir {

/// Empty when the text is no value of this kind.
std::optional<AttrValue> parse_attribute(AttrKind kind, const std::string& text);
std::string format_attribute(const AttrValue& value);

}  // namespace hearth::ir
