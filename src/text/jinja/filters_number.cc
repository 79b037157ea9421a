// Filters over numbers: abs, int, float, round, filesizeformat.

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/format.h"
#include "text/jinja/number.h"
#include "text/jinja/operators.h"

namespace hearth::text::jinja::filters {
namespace {

// int(number), cut towards zero; nothing for what is not finite.
std::optional<Wide> truncated(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  if (std::fabs(number) >= 0x1p126) fail("the float {} is beyond 128 bits as an integer", number);
  return static_cast<Wide>(number);
}

// A decimal text rounded half to even at 10^digits, from the exact digits of the number.
double round_to_tens(double number, int64_t digits) {
  if (!std::isfinite(number) || digits > 308) return std::isfinite(number) ? 0.0 : number;
  const double whole = std::trunc(std::fabs(number));
  std::string text = fmt::format("{:.0f}", whole);
  const auto cut = static_cast<size_t>(digits);
  if (text.size() < cut) return std::copysign(0.0, number);
  text.insert(0, text.size() == cut ? 1 : 0, '0');
  const std::string_view dropped = std::string_view(text).substr(text.size() - cut);
  std::string kept = text.substr(0, text.size() - cut);
  const bool exact_half = dropped[0] == '5' &&
                          dropped.find_first_not_of('0', 1) == std::string_view::npos &&
                          whole == std::fabs(number);
  const bool up = exact_half ? (kept.back() - '0') % 2 == 1 : dropped[0] >= '5';
  double rounded = *parse_float(kept + "e" + std::to_string(digits));
  if (up) rounded += *parse_float("1e" + std::to_string(digits));
  return std::copysign(rounded, number);
}

// Correctly rounded in decimal, as the C library prints it.
double round_real(double number, int64_t precision) {
  if (!std::isfinite(number) || precision > 323) return number;
  if (precision < 0) return round_to_tens(number, -precision);
  return *parse_float(format_double(number, 'f', precision, false));
}

Value round_integer(Invocation& call, Wide number, int64_t precision) {
  if (precision >= 0) return make_integer(call.box, number);
  if (precision < -38) return Value::integer(0);
  Wide unit = 1;
  for (int64_t i = precision; i < 0; ++i) unit *= 10;
  Wide quotient = number / unit, rest = number % unit;
  if (rest < 0) {
    rest += unit;
    --quotient;
  }
  // Compared by halves, as twice the rest could overflow; the unit is even.
  if (rest > unit / 2 || (rest == unit / 2 && quotient % 2 != 0)) ++quotient;
  return multiply(call.evaluator, make_integer(call.box, quotient), make_integer(call.box, unit));
}

Value int_of_text(Invocation& call, std::string_view text, const Value& fallback) {
  const int64_t base = call.integer(1, 10);
  if (base == 0 || (base >= 2 && base <= 36))
    if (const auto number = parse_integer(text, static_cast<int>(base)))
      return make_integer(call.box, *number);
  const auto real = parse_float(text);
  const auto whole = real ? truncated(*real) : std::nullopt;
  return whole ? make_integer(call.box, *whole) : fallback;
}

}  // namespace

Value abs(Invocation& call) {
  const Value& number = call.subject;
  if (!number.is_number()) fail("bad operand type for abs(): '{}'", type_name(number));
  if (number.is(Kind::real)) return Value::real(std::fabs(number.as_real()));
  return unary(call.evaluator, number.wide() < 0 ? '-' : '+', number);
}

Value int_(Invocation& call) {
  const Value& subject = call.subject;
  const Value fallback = call.or_else(0, Value::integer(0));
  if (subject.is_undefined()) fail("{}", subject.undefined().problem);
  if (subject.is_string()) return int_of_text(call, subject.text(), fallback);
  if (subject.is_integral()) return make_integer(call.box, subject.wide());
  if (!subject.is(Kind::real)) return fallback;
  if (std::isinf(subject.as_real())) fail("cannot convert float infinity to integer");
  const auto whole = truncated(subject.as_real());
  return whole ? make_integer(call.box, *whole) : fallback;
}

Value float_(Invocation& call) {
  const Value& subject = call.subject;
  const Value fallback = call.or_else(0, Value::real(0));
  if (subject.is_undefined()) fail("{}", subject.undefined().problem);
  if (subject.is_number()) return Value::real(to_double(subject));
  if (!subject.is_string()) return fallback;
  const auto number = parse_float(subject.text());
  return number ? Value::real(*number) : fallback;
}

Value round(Invocation& call) {
  const Value& subject = call.subject;
  const std::string_view method = call.text(1, "common");
  if (method != "common" && method != "ceil" && method != "floor")
    fail("method must be common, ceil or floor");
  if (!subject.is_number()) fail("type {} doesn't define __round__ method", type_name(subject));
  if (method == "common") {
    if (call.given(0) && call[0].is_none()) {
      const auto whole = truncated(round_real(to_double(subject), 0));
      if (!whole) fail("cannot convert float {} to integer", float_repr(to_double(subject)));
      return subject.is(Kind::real) ? make_integer(call.box, *whole)
                                    : make_integer(call.box, subject.wide());
    }
    const int64_t precision = call.integer(0, 0);
    if (subject.is_integral()) return round_integer(call, subject.wide(), precision);
    return Value::real(round_real(subject.as_real(), precision));
  }
  const double unit = std::pow(10.0, static_cast<double>(call.integer(0, 0)));
  const double scaled = to_double(subject) * unit;
  if (!std::isfinite(scaled)) fail("cannot convert float {} to integer", float_repr(scaled));
  return Value::real((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / unit);
}

Value filesizeformat(Invocation& call) {
  static constexpr std::array<char, 8> kPrefixes = {'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'};
  const Value number = float_(call);
  const bool binary = call.flag(0, false);
  const auto text =
      call.subject.is_string() ? parse_float(call.subject.text()) : std::optional<double>(0);
  if (!text || !(call.subject.is_number() || call.subject.is_string()))
    fail("could not convert {} to float", type_name(call.subject));
  const double bytes = number.as_real(), base = binary ? 1024 : 1000;
  if (bytes == 1) return call.string("1 Byte");
  if (bytes < base) return call.string(integer_repr(truncated(bytes).value_or(0)) + " Bytes");
  double unit = base;
  size_t i = 0;
  while (i + 1 < kPrefixes.size() && bytes >= unit * base) {
    unit *= base;
    ++i;
  }
  const char prefix = binary ? static_cast<char>(kPrefixes[i] & ~0x20) : kPrefixes[i];
  return call.string(
      fmt::format("{:.1f} {}{}B", base * bytes / (unit * base), prefix, binary ? "i" : ""));
}

}  // namespace hearth::text::jinja::filters
