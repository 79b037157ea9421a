#include "text/jinja/literal.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/utf8.h"
#include "text/jinja/error.h"
#include "text/jinja/number.h"

namespace hearth::text::jinja {
namespace {

struct Simple {
  char letter;
  char meaning;
};
constexpr Simple kSimpleEscapes[] = {{'\\', '\\'}, {'\'', '\''}, {'"', '"'},  {'a', '\a'},
                                     {'b', '\b'},  {'f', '\f'},  {'n', '\n'}, {'r', '\r'},
                                     {'t', '\t'},  {'v', '\v'}};

const Simple* find_simple(char letter) {
  const Simple* it = std::find_if(std::begin(kSimpleEscapes), std::end(kSimpleEscapes),
                                  [&](const Simple& s) { return s.letter == letter; });
  return it == std::end(kSimpleEscapes) ? nullptr : it;
}

// "\x41", "\u0041", "\U00000041": `at` is just after the letter and moves past the digits.
uint32_t hex_escape(std::string_view text, size_t& at, char letter, uint32_t line) {
  const size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;
  uint32_t code = 0;
  const std::string_view hex = text.substr(at, digits);
  const auto [end, problem] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
  if (hex.size() < digits || problem != std::errc() || end != hex.data() + digits)
    fail_at(line, "the escape \\{} in a string needs {} hexadecimal digits", letter, digits);
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    fail_at(line, "the escape \\{}{} in a string is no character", letter, hex);
  at += digits;
  return code;
}

uint32_t octal_escape(std::string_view text, size_t& at) {
  uint32_t code = 0;
  for (const size_t end = std::min(at + 3, text.size());
       at < end && text[at] >= '0' && text[at] <= '7'; ++at)
    code = code * 8 + static_cast<uint32_t>(text[at] - '0');
  return code;
}

// A run of digits with single underscores between them, from `at`; returns where it ends.
template <typename IsDigit>
size_t digits_end(std::string_view text, size_t at, IsDigit is_digit) {
  const auto digit = [&](size_t i) { return i < text.size() && is_digit(text[i]); };
  if (!digit(at)) return at;
  while (digit(at) || (at < text.size() && text[at] == '_' && digit(at + 1))) ++at;
  return at;
}

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

// Where the float that starts at 0 ends, 0 when there is none.
size_t float_length(std::string_view text) {
  const size_t whole = digits_end(text, 0, is_decimal_digit);
  if (whole == 0) return 0;
  size_t end = whole;
  if (end < text.size() && text[end] == '.') {
    const size_t fraction = digits_end(text, end + 1, is_decimal_digit);
    if (fraction > end + 1) end = fraction;
  }
  size_t exponent = end;
  if (exponent < text.size() && (text[exponent] | 0x20) == 'e') {
    ++exponent;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    const size_t after = digits_end(text, exponent, is_decimal_digit);
    if (after > exponent) return after;
  }
  return end > whole ? end : 0;
}

size_t integer_length(std::string_view text) {
  const auto prefixed = [&](char letter, auto is_digit) -> size_t {
    if (text.size() < 3 || text[0] != '0' || (text[1] | 0x20) != letter) return 0;
    const size_t first = text[2] == '_' ? 3 : 2;
    const size_t end = digits_end(text, first, is_digit);
    return end > first ? end : 0;
  };
  if (const size_t n = prefixed('b', [](char c) { return c == '0' || c == '1'; })) return n;
  if (const size_t n = prefixed('o', [](char c) { return c >= '0' && c <= '7'; })) return n;
  if (const size_t n = prefixed('x', [](char c) { return std::isxdigit(static_cast<uint8_t>(c)); }))
    return n;
  if (text.empty() || !is_decimal_digit(text[0])) return 0;
  // A number that starts with 0 is only zeros: "01" is two tokens, hence an error.
  return digits_end(text, 0,
                    [&](char c) { return text[0] == '0' ? c == '0' : is_decimal_digit(c); });
}

}  // namespace

std::string unescape(std::string_view text, uint32_t line) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at++];
      continue;
    }
    const char letter = text[++at];
    if (const Simple* simple = find_simple(letter)) {
      out += simple->meaning;
      ++at;
    } else if (letter == '\n') {
      ++at;
    } else if (letter == 'x' || letter == 'u' || letter == 'U') {
      append_utf8(out, hex_escape(text, ++at, letter, line));
    } else if (letter >= '0' && letter <= '7') {
      append_utf8(out, octal_escape(text, at));
    } else if (letter == 'N') {
      fail_at(line, "the escape \\N{{...}} is not available; write the character itself");
    } else if (static_cast<uint8_t>(letter) >= 0x80) {
      // jinja2 sees such a character as its own escape after the backslash: \xe9 behind a \ is
      // the text \xe9.
      const DecodedChar c = decode_utf8(text, at);
      out += c.code_point < 0x100     ? fmt::format("\\x{:02x}", c.code_point)
             : c.code_point < 0x10000 ? fmt::format("\\u{:04x}", c.code_point)
                                      : fmt::format("\\U{:08x}", c.code_point);
      at += c.bytes;
    } else {
      out += '\\';
    }
  }
  return out;
}

size_t number_length(std::string_view text, bool after_dot) {
  const size_t real = after_dot ? 0 : float_length(text);
  return real != 0 ? real : integer_length(text);
}

Value parse_number(std::string_view text, uint32_t line, Sandbox& constants) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  if (float_length(digits) == digits.size()) return Value::real(*parse_float(digits));
  const std::optional<Wide> number = parse_integer(digits, 0);
  if (!number) fail_at(line, "the number {} is beyond 128 bits", text);
  const Value value = make_integer(constants, *number);
  return value;
}

}  // namespace hearth::text::jinja
