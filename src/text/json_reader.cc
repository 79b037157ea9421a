#include "text/json_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"
#include "text/characters.h"

namespace hearth::text {
namespace {

// The doubles nearest to 10^n; std::pow can be one bit off.
const std::array<double, 309>& powers_of_ten() {
  static const std::array<double, 309> powers = [] {
    std::array<double, 309> out{};
    for (size_t n = 0; n < out.size(); ++n) {
      const std::string text = fmt::format("1e{}", n);
      std::from_chars(text.data(), text.data() + text.size(), out[n]);
    }
    return out;
  }();
  return powers;
}

// Each byte's high bit says whether that byte of `word` is below `n`, for n <= 128; exact up to the
// first such byte.
uint64_t below(uint64_t word, uint8_t n) {
  return (word - 0x0101010101010101 * n) & ~word & 0x8080808080808080;
}
uint64_t equal(uint64_t word, char c) {
  return below(word ^ (0x0101010101010101 * static_cast<uint8_t>(c)), 1);
}

// A quote, a backslash or a control character: all that ends a plain stretch of a string.
bool is_plain(char c) { return c != '"' && c != '\\' && static_cast<uint8_t>(c) >= 0x20; }

}  // namespace

void JsonReader::wrong(std::string_view expected) const {
  bad_input("{}: {} was expected at byte {}, but \"{}\" stands there", where_, expected, at_,
            replace_invalid_utf8(text_.substr(std::min(at_, text_.size()), 20)));
}

// Files are often indented: more than half of their bytes are spaces.
void JsonReader::white_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ') {
      constexpr uint64_t kSpaces = 0x2020202020202020;
      uint64_t eight = 0;
      if (text_.size() - at_ >= 8) std::memcpy(&eight, text_.data() + at_, 8);
      const uint64_t other = eight ^ kSpaces;
      at_ += other == 0 ? 8 : std::max(1, std::countr_zero(other) / 8);
    } else if (c == '\n' || c == '\t' || c == '\r') {
      ++at_;
    } else {
      return;
    }
  }
}

char JsonReader::peek() {
  white_space();
  if (at_ >= text_.size()) wrong("a value");
  return text_[at_];
}

bool JsonReader::take(std::string_view punctuation) {
  if (!text_.substr(at_).starts_with(punctuation)) return false;
  at_ += punctuation.size();
  return true;
}

void JsonReader::expect_end() {
  white_space();
  if (at_ < text_.size()) wrong("the end of the file");
}

void JsonReader::enter(char bracket, std::string_view expected) {
  if (peek() != bracket) wrong(expected);
  ++at_;
  first_ = true;
}

bool JsonReader::next(char closing) {
  const char c = peek();
  const bool first = first_;
  first_ = false;
  if (c == closing) {
    ++at_;
    return false;
  }
  if (first) return true;
  if (c != ',') wrong(closing == ']' ? "a comma or ]" : "a comma or }");
  ++at_;
  return true;
}

bool JsonReader::next_key(std::string& key) {
  if (!next('}')) return false;
  key = string();
  if (peek() != ':') wrong("a colon");
  ++at_;
  return true;
}

size_t JsonReader::plain_end(size_t at) const {
  for (; text_.size() - at >= 8; at += 8) {
    uint64_t word;
    std::memcpy(&word, text_.data() + at, 8);
    const uint64_t special = below(word, 0x20) | equal(word, '"') | equal(word, '\\');
    if (special != 0) return at + static_cast<size_t>(std::countr_zero(special)) / 8;
  }
  while (at < text_.size() && is_plain(text_[at])) ++at;
  return at;
}

std::string_view JsonReader::string() {
  const std::string_view out = raw_string();
  if (!is_utf8(out)) wrong("UTF-8 before this place");
  return out;
}

std::string_view JsonReader::raw_string() {
  if (peek() != '"') wrong("a string");
  const size_t begin = ++at_;
  at_ = plain_end(at_);
  std::string_view out = text_.substr(begin, at_ - begin);
  if (at_ < text_.size() && text_[at_] == '\\') {
    unescaped_.assign(out);
    unescape(at_);
    out = unescaped_;
  }
  if (at_ >= text_.size()) wrong("the end of a string");
  if (text_[at_] != '"') wrong("a string without control characters");
  ++at_;
  return out;
}

uint32_t JsonReader::hex4() {
  uint32_t value = 0;
  const char* begin = text_.data() + at_;
  if (text_.size() - at_ < 4 || std::from_chars(begin, begin + 4, value, 16).ptr != begin + 4)
    wrong("four hexadecimal digits");
  at_ += 4;
  return value;
}

// Copies the rest of a string that has escapes, from the first of them.
void JsonReader::unescape(size_t from) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  at_ = from;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] != '\\') {
      const size_t end = plain_end(at_);
      if (end == at_) wrong("a string without control characters");
      unescaped_.append(text_, at_, end - at_);
      at_ = end;
      continue;
    }
    if (++at_ >= text_.size()) wrong("an escape");
    const char letter = text_[at_];
    const size_t known = kLetters.find(letter);
    if (known == std::string_view::npos && letter != 'u') wrong("an escape");
    ++at_;
    if (letter != 'u') {
      unescaped_ += kMeanings[known];
      continue;
    }
    uint32_t code = hex4();
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const uint32_t low = hex4();
      if (low < 0xDC00 || low > 0xDFFF) wrong("the second half of a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
      wrong("a surrogate pair");
    }
    append_utf8(unescaped_, code);
  }
}

uint32_t JsonReader::unsigned_integer() {
  peek();
  uint32_t value = 0;
  const char* begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
  const char after = end < text_.data() + text_.size() ? *end : ' ';
  if (error != std::errc() || after == '.' || after == 'e' || after == 'E')
    wrong("an integer from 0 to 4294967295");
  at_ += static_cast<size_t>(end - begin);
  return value;
}

// As serde_json without its feature float_roundtrip: up to 64 bits of digits, then one
// multiplication or division by a power of ten. The last bit can be wrong, and decides between
// paths of a Unigram model that are equally good.
double JsonReader::number() {
  const bool negative = peek() == '-';
  if (negative) ++at_;
  uint64_t digits = 0;
  int64_t exponent = 0;
  bool any = false;
  const auto take_digits = [&](bool fraction) {
    bool fits = true;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<uint64_t>(text_[at_] - '0');
      fits = fits && digits <= (UINT64_MAX - digit) / 10;
      if (fits) digits = digits * 10 + digit;
      if (fits == fraction) exponent += fraction ? -1 : 1;
      any = true;
    }
  };
  take_digits(false);
  if (at_ < text_.size() && text_[at_] == '.' && any) {
    ++at_;
    any = false;
    take_digits(true);
  }
  if (!any) wrong("a number");
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) exponent += read_exponent();
  double value = static_cast<double>(digits);
  for (; exponent < -308 && value != 0; exponent += 308) value /= 1e308;
  const double power =
      powers_of_ten()[static_cast<size_t>(std::min<int64_t>(std::abs(exponent), 308))];
  value = exponent < 0 ? value / power : value * power;
  if (!std::isfinite(value) || (exponent > 308 && digits != 0))
    wrong("a number that is not too large");
  return negative ? -value : value;
}

int64_t JsonReader::read_exponent() {
  ++at_;
  if (at_ < text_.size() && text_[at_] == '+') ++at_;
  int32_t value = 0;
  const char* begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
  if (error != std::errc()) wrong("an exponent");
  at_ += static_cast<size_t>(end - begin);
  return value;
}

void JsonReader::skip_string() {
  ++at_;
  while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
  if (at_ >= text_.size()) {
    at_ = text_.size();
    wrong("the end of a string");
  }
  ++at_;
}

std::string_view JsonReader::skip() {
  peek();
  const size_t begin = at_;
  size_t depth = 0;
  do {
    if (at_ >= text_.size()) wrong("a closing bracket");
    const char c = text_[at_];
    if (c == '"') {
      skip_string();
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (depth == 0) wrong("a value");
      --depth;
      ++at_;
    } else if (depth == 0) {  // a number or a word
      const size_t end = text_.find_first_of(",]} \n\r\t", at_);
      if (end == at_) wrong("a value");
      at_ = std::min(end, text_.size());
    } else {
      ++at_;
    }
  } while (depth > 0);
  first_ = false;
  return text_.substr(begin, at_ - begin);
}

}  // namespace hearth::text
