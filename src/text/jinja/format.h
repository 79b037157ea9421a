// Python's three ways of formatting: `"%5d" % x`, `"{:>5}".format(x)` and the specification after
// its colon.
#pragma once

#include <string>
#include <string_view>

#include "text/jinja/native.h"
#include "text/jinja/text.h"

namespace hearth::text::jinja {

/// format % values
Value format_percent(Evaluator& evaluator, const Value& format, const Value& values);

/// format.format(*arguments.positional, **arguments.named)
Value format_braces(Evaluator& evaluator, const Value& format, const Arguments& arguments);

/// format(value, specification)
void format_value(Evaluator& evaluator, const Value& value, std::string_view specification,
                  Text& out);

/// A float as C's printf writes it: type is one of "eEfFgG". Throws for absurd precisions.
std::string format_double(double number, char type, int64_t precision, bool alternate);

/// Where a padded number or text goes in its width.
struct Padding {
  std::string fill = " ";
  char align = '<';  ///< '<', '>', '^', or '=' between sign and digits
  int64_t width = 0;
};
/// `prefix` is the sign and "0x" of a number, which stays before the fill of '='.
void append_padded(std::string_view prefix, std::string_view body, const Padding& padding,
                   Text& out);

}  // namespace hearth::text::jinja
