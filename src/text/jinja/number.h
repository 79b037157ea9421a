// Numbers as text, both ways, with Python's spellings: int(), float(), repr() of a float.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

/// What int(text, base) gives: white space around, a sign, a prefix that fits the base (any for
/// base 0), underscores between digits. Nothing when it is no integer; throws beyond 128 bits.
std::optional<Wide> parse_integer(std::string_view text, int base);
/// What float(text) gives, or nothing.
std::optional<double> parse_float(std::string_view text);

/// The shortest text that reads back as the same double, always with a point or an exponent.
std::string float_repr(double number);
std::string integer_repr(Wide number);
/// The digits of |number| in base 2, 8, 10 or 16 (lower case).
std::string digits_of(Wide number, unsigned base);

/// The value of a number (int, float or bool) as a double; throws when an int is too large.
double to_double(const Value& number);

}  // namespace hearth::text::jinja
