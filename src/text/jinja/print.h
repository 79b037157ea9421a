// Values as text: Python's str() and repr().
#pragma once

#include <string>
#include <string_view>

#include "text/jinja/text.h"

namespace hearth::text::jinja {

/// str(x)
void print_value(Evaluator& evaluator, const Value& value, Text& out);
/// repr(x)
void print_repr(Evaluator& evaluator, const Value& value, Text& out);
/// A string in Python's quotes, with what is not printable (with `ascii`: not ASCII) escaped.
void print_quoted(std::string_view text, Text& out, bool ascii = false);

std::string to_text(Evaluator& evaluator, const Value& value);
/// The value itself when it is a string, else str(x).
Value to_string_value(Evaluator& evaluator, const Value& value);

}  // namespace hearth::text::jinja
