#include "text/json_reader.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"
#include "text/characters.h"

namespace hearth::text {
namespace {

// The double nearest to 10^n; std::pow can be one bit off.
double power_of_ten(int64_t n) {
  const std::string text = fmt::format("1e{}", n);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void JsonReader::wrong(std::string_view expected) const {
  bad_input("{}: {} was expected at byte {}, but \"{}\" stands there", where_, expected, at_,
            replace_invalid_utf8(text_.substr(std::min(at_, text_.size()), 20)));
}

void JsonReader::white_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
    ++at_;
}

char JsonReader::peek() {
  white_space();
  if (at_ >= text_.size()) wrong("a value");
  return text_[at_];
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

std::string_view JsonReader::string() {
  if (peek() != '"') wrong("a string");
  const size_t begin = ++at_;
  uint8_t seen = 0;
  while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') {
    const auto c = static_cast<uint8_t>(text_[at_]);
    if (c < 0x20) wrong("a string without control characters");
    seen |= c;
    ++at_;
  }
  std::string_view out = text_.substr(begin, at_ - begin);
  if (at_ < text_.size() && text_[at_] == '\\') {
    unescaped_.assign(out);
    unescape(at_);
    out = unescaped_;
    seen = 0x80;
  }
  if (at_ >= text_.size()) wrong("the end of a string");
  ++at_;
  if (seen >= 0x80 && !is_valid_utf8(out)) wrong("UTF-8 before this place");
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
    if (static_cast<uint8_t>(text_[at_]) < 0x20) wrong("a string without control characters");
    if (text_[at_] != '\\') {
      unescaped_ += text_[at_++];
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
  const double power = power_of_ten(std::min<int64_t>(std::abs(exponent), 308));
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
