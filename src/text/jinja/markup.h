// Strings marked as HTML (the filters escape and safe make them, autoescape asks for them), as
// markupsafe has them.
#pragma once

#include <string_view>

#include "text/jinja/text.h"

namespace hearth::text::jinja {

/// `&`, `<`, `>` and both quotes as entities.
void append_entities(std::string_view text, Text& out);
/// str(x), escaped unless x is Markup already.
void append_escaped(Evaluator& evaluator, const Value& value, Text& out);
/// The same as a Markup string.
Value escape(Evaluator& evaluator, const Value& value);

}  // namespace hearth::text::jinja
