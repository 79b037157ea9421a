#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "base/utf8.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/format.h"
#include "text/jinja/number.h"
#include "text/jinja/print.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace {

constexpr int64_t kMaxPrecision = 10'000;
constexpr int64_t kMaxWidth = int64_t{1} << 40;

// [[fill]align][sign]["z"]["#"]["0"][width][grouping]["." precision][type]
struct Specification {
  Padding padding{" ", '\0', 0};
  char sign = '-';
  bool no_minus_zero = false;
  bool alternate = false;
  char grouping = '\0';
  int64_t precision = -1;
  char type = '\0';
};

class SpecificationParser {
 public:
  explicit SpecificationParser(std::string_view text) : text_(text) {}

  Specification parse() {
    Specification spec;
    parse_alignment(spec);
    if (is_one_of("+- ")) spec.sign = text_[at_++];
    spec.no_minus_zero = take('z');
    spec.alternate = take('#');
    if (take('0') && spec.padding.align == '\0') {
      spec.padding.fill = "0";
      spec.padding.align = '=';
    }
    spec.padding.width = std::max<int64_t>(0, number());
    if (is_one_of(",_")) spec.grouping = text_[at_++];
    if (take('.')) {
      spec.precision = number();
      if (spec.precision < 0) fail("the format specification '{}' misses its precision", text_);
    }
    if (at_ + 1 == text_.size()) spec.type = text_[at_++];
    if (at_ != text_.size()) fail("invalid format specification '{}'", text_);
    return spec;
  }

 private:
  static bool is_alignment(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }
  bool is_one_of(std::string_view chars) const {
    return at_ < text_.size() && chars.find(text_[at_]) != std::string_view::npos;
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void parse_alignment(Specification& spec) {
    if (text_.empty()) return;
    const size_t fill = decode_utf8(text_, 0).bytes;
    if (fill < text_.size() && is_alignment(text_[fill])) {
      spec.padding.fill = text_.substr(0, fill);
      spec.padding.align = text_[fill];
      at_ = fill + 1;
    } else if (is_alignment(text_[0])) {
      spec.padding.align = text_[0];
      at_ = 1;
    }
  }
  int64_t number() {
    if (!is_one_of("0123456789")) return -1;
    int64_t value = 0;
    while (is_one_of("0123456789")) {
      value = value * 10 + (text_[at_++] - '0');
      if (value > kMaxWidth) fail("a width or precision in '{}' is too large", text_);
    }
    return value;
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::string group(std::string_view digits, size_t every, char separator) {
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % every == 0) out += separator;
    out += digits[i];
  }
  return out;
}

// Separators in the whole part of a number; zeros that fill the width are grouped as well.
void append_number(bool negative, std::string prefix, std::string_view number,
                   const Specification& spec, size_t group_size, Text& out) {
  const std::string sign = negative ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
  prefix = sign + prefix;
  Padding padding = spec.padding;
  if (padding.align == '\0') padding.align = '>';
  if (spec.grouping == '\0') return append_padded(prefix, number, padding, out);
  const size_t whole = std::min(number.find_first_not_of("0123456789abcdefABCDEF"), number.size());
  std::string digits(number.substr(0, whole));
  const std::string_view rest = number.substr(whole);
  std::optional<Reservation> copies;
  if (padding.align == '=' && padding.fill == "0") {
    const size_t room = static_cast<size_t>(padding.width);
    copies.emplace(out.box(), 3 * room);  // of the number, until it is in `out`
    out.box().step_bytes(room);
    const size_t taken = prefix.size() + rest.size();
    // As many digits as fill the room when every `group_size` of them cost one more: one digit more
    // than that where a separator would come first.
    const size_t left = room > taken ? room - taken : 0;
    const size_t separators = left / (group_size + 1);
    const bool one_more = left != 0 && left % (group_size + 1) == 0;
    const size_t count = left - separators + (one_more ? 1 : 0);
    if (count > digits.size()) digits.insert(0, count - digits.size(), '0');
    padding.width = 0;
  }
  append_padded(prefix, group(digits, group_size, spec.grouping) + std::string(rest), padding, out);
}

void format_integer(const Value& value, const Specification& spec, Text& out) {
  if (spec.precision >= 0) fail("a precision is not allowed in an integer format");
  if (spec.no_minus_zero) fail("'z' is not allowed in an integer format");
  const Wide number = value.wide();
  if (spec.type == 'c') {
    if (number < 0 || number > 0x10FFFF) fail("%c needs a character code");
    std::string character;
    append_utf8(character, static_cast<uint32_t>(number));
    Padding padding = spec.padding;
    if (padding.align == '\0') padding.align = '<';
    return append_padded("", character, padding, out);
  }
  const unsigned base = spec.type == 'b'            ? 2
                        : spec.type == 'o'          ? 8
                        : (spec.type | 0x20) == 'x' ? 16
                                                    : 10;
  std::string digits = digits_of(number, base);
  if (spec.type == 'X')
    std::transform(digits.begin(), digits.end(), digits.begin(),
                   [](char c) { return static_cast<char>(c >= 'a' ? c - 32 : c); });
  const std::string prefix = spec.alternate && base != 10 ? std::string("0") + spec.type : "";
  append_number(number < 0, prefix, digits, spec, base == 10 ? 3 : 4, out);
}

// A float without a type letter: repr(), or that many significant digits with at least ".0".
std::string format_general(double number, const Specification& spec) {
  if (spec.precision < 0 || !std::isfinite(number)) return float_repr(number);
  const int64_t precision = std::max<int64_t>(1, spec.precision);
  const std::string scientific = format_double(number, 'e', precision - 1, false);
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  if (exponent < -4 || exponent >= precision - 1)
    return format_double(number, 'g', precision, spec.alternate);
  std::string text = format_double(number, 'g', precision, spec.alternate);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

void format_real(double number, const Specification& spec, Text& out) {
  bool negative = std::signbit(number) && !std::isnan(number);
  const double magnitude = std::fabs(number);
  const int64_t precision = spec.precision < 0 ? 6 : spec.precision;
  std::string text;
  if (spec.type == '\0') {
    text = format_general(magnitude, spec);
  } else if (spec.type == '%') {
    text = format_double(magnitude * 100, 'f', precision, spec.alternate) + "%";
  } else {
    text = format_double(magnitude, spec.type == 'n' ? 'g' : spec.type, precision, spec.alternate);
  }
  // "-0.001" in two digits is a zero as well.
  if (spec.no_minus_zero && text.find_first_of("123456789in") == std::string::npos)
    negative = false;
  append_number(negative, "", text, spec, 3, out);
}

void format_text(std::string_view text, const Specification& spec, Text& out) {
  if (spec.padding.align == '=' && spec.padding.fill != "0")
    fail("'=' alignment is not allowed in the format of a str");
  if (spec.sign != '-' || spec.no_minus_zero || spec.alternate || spec.grouping != '\0')
    fail("signs, '#' and grouping are not allowed in the format of a str");
  if (spec.precision >= 0)
    text = text.substr(0, byte_offset(text, static_cast<size_t>(spec.precision)));
  Padding padding = spec.padding;
  if (padding.align == '\0' || padding.align == '=') padding.align = '<';
  append_padded("", text, padding, out);
}

}  // namespace

std::string format_double(double number, char type, int64_t precision, bool alternate) {
  if (precision > kMaxPrecision) fail("a precision of {} digits is too large", precision);
  const char pattern[] = {'%',
                          alternate ? '#' : '.',
                          alternate ? '.' : '*',
                          alternate ? '*' : type,
                          alternate ? type : '\0',
                          '\0'};
  char small[400];
  const int digits = static_cast<int>(precision);
  const int size = std::snprintf(small, sizeof small, pattern, digits, number);
  if (size < static_cast<int>(sizeof small)) return small;
  std::string large(static_cast<size_t>(size) + 1, '\0');
  std::snprintf(large.data(), large.size(), pattern, digits, number);
  large.pop_back();
  return large;
}

void append_padded(std::string_view prefix, std::string_view body, const Padding& padding,
                   Text& out) {
  const size_t length = prefix.size() + count_code_points(body);
  const auto width = static_cast<size_t>(std::max<int64_t>(0, padding.width));
  const size_t fill = width > length ? width - length : 0;
  const size_t before = padding.align == '>' ? fill : padding.align == '^' ? fill / 2 : 0;
  const size_t between = padding.align == '=' ? fill : 0;
  out.repeat(padding.fill, before);
  out += prefix;
  out.repeat(padding.fill, between);
  out += body;
  out.repeat(padding.fill, fill - before - between);
}

void format_value(Evaluator& evaluator, const Value& value, std::string_view specification,
                  Text& out) {
  if (specification.empty()) return print_value(evaluator, value, out);
  if (!value.is_number() && !value.is_string())
    fail("'{}' cannot be formatted with '{}'", type_name(value), specification);
  const Specification spec = SpecificationParser(specification).parse();
  const std::string_view types = value.is_string()      ? "s"
                                 : value.is(Kind::real) ? "eEfFgGn%"
                                                        : "bcdoxXneEfFgG%";
  if (spec.type != '\0' && types.find(spec.type) == std::string_view::npos)
    fail("unknown format code '{}' for '{}'", spec.type, type_name(value));
  if (value.is_string()) return format_text(value.text(), spec, out);
  const bool as_integer =
      std::string_view("\0bcdoxXn", 8).find(spec.type) != std::string_view::npos;
  if (value.is_integral() && as_integer) return format_integer(value, spec, out);
  format_real(to_double(value), spec, out);
}

}  // namespace hearth::text::jinja
