#include "text/jinja/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "text/jinja/error.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace {

__extension__ typedef unsigned __int128 Unsigned;

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 99;
}

bool take_sign(std::string_view& text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  return negative;
}

// Takes "0x" and the like when it fits; base 0 becomes the base that the prefix says, else 10.
bool take_prefix(std::string_view& text, int& base) {
  const int said = text.size() > 1 && text[0] == '0' ? (text[1] | 0x20) : 0;
  const int prefix = said == 'x' ? 16 : said == 'o' ? 8 : said == 'b' ? 2 : 0;
  if (prefix != 0 && (base == 0 || base == prefix)) {
    text.remove_prefix(2);
    if (!text.empty() && text[0] == '_') text.remove_prefix(1);
    base = prefix;
  } else if (base == 0) {
    base = 10;
    // "01" is no decimal literal, "00" is.
    if (text.size() > 1 && text[0] == '0' && text.find_first_not_of("0_") != std::string_view::npos)
      return false;
  }
  return true;
}

// Without underscores; nothing when they stand elsewhere than between digits.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const auto digit = [&](size_t at) {
      return at < text.size() && text[at] >= '0' && text[at] <= '9';
    };
    if (i == 0 || !digit(i - 1) || !digit(i + 1)) return std::nullopt;
  }
  return out;
}

bool is_word(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// Digits, an optional fraction and an optional exponent, nothing else (from_chars would also take
// "1." in other shapes and words).
bool is_decimal(std::string_view text) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  size_t mantissa = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    mantissa += digits();
  }
  if (mantissa == 0) return false;
  if (at < text.size() && (text[at] | 0x20) == 'e') {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

// Infinity or zero for a decimal that no double holds: by the place of its first digit.
double out_of_range(std::string_view text) {
  const size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return 0;
  const long exponent = e == std::string_view::npos
                            ? 0
                            : std::strtol(std::string(text.substr(e + 1)).c_str(), nullptr, 10);
  const long place = static_cast<long>(point) - static_cast<long>(first);
  return place + std::clamp(exponent, -100'000'000l, 100'000'000l) > 0 ? HUGE_VAL : 0;
}

}  // namespace

std::optional<Wide> parse_integer(std::string_view text, int base) {
  text = strip(text);
  const bool negative = take_sign(text);
  if (!take_prefix(text, base) || text.empty()) return std::nullopt;
  constexpr Wide kMax = static_cast<Wide>(~Unsigned{0} >> 1);
  Wide value = 0;
  bool after_digit = false;
  for (const char c : text) {
    if (c == '_') {
      if (!after_digit) return std::nullopt;
      after_digit = false;
      continue;
    }
    const int digit = digit_value(c);
    if (digit >= base) return std::nullopt;
    if (value > (kMax - digit) / base) fail("the integer '{}' is beyond 128 bits", text);
    value = value * base + digit;
    after_digit = true;
  }
  if (!after_digit) return std::nullopt;
  return negative ? -value : value;
}

std::optional<double> parse_float(std::string_view text) {
  text = strip(text);
  const bool negative = take_sign(text);
  double value = 0;
  if (is_word(text, "inf") || is_word(text, "infinity")) {
    value = HUGE_VAL;
  } else if (is_word(text, "nan")) {
    value = NAN;
  } else {
    const std::optional<std::string> digits = without_underscores(text);
    if (!digits || !is_decimal(*digits)) return std::nullopt;
    const auto result = std::from_chars(digits->data(), digits->data() + digits->size(), value);
    if (result.ec == std::errc::result_out_of_range) value = out_of_range(*digits);
  }
  return negative ? -value : value;
}

std::string float_repr(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(number),
                                 std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));
  const size_t e = text.find('e');
  const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  std::string out = std::signbit(number) ? "-" : "";
  // repr() switches to exponents below 1e-4 and from 1e16 on.
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (digits.size() > 1) out += "." + digits.substr(1);
    return out + fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  if (exponent < 0)
    return out + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0') + ".0";
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string digits_of(Wide number, unsigned base) {
  Unsigned rest = number < 0 ? -static_cast<Unsigned>(number) : static_cast<Unsigned>(number);
  std::string out;
  do {
    out += "0123456789abcdef"[static_cast<size_t>(rest % base)];
    rest /= base;
  } while (rest != 0);
  std::reverse(out.begin(), out.end());
  return out;
}

std::string integer_repr(Wide number) { return (number < 0 ? "-" : "") + digits_of(number, 10); }

double to_double(const Value& number) {
  return number.is(Kind::real) ? number.as_real() : static_cast<double>(number.wide());
}

}  // namespace hearth::text::jinja
