#include <algorithm>
#include <cmath>
#include <limits>

#include "base/utf8.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/format.h"
#include "text/jinja/markup.h"
#include "text/jinja/number.h"
#include "text/jinja/print.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace {

struct Conversion {
  bool left = false, plus = false, blank = false, alternate = false, zero = false;
  int64_t width = 0;
  int64_t precision = -1;
  char type = '\0';
};

class PercentFormatter {
 public:
  PercentFormatter(Evaluator& evaluator, const Value& format, const Value& values)
      : evaluator_(evaluator),
        text_(format.text()),
        safe_(format.string().safe()),
        values_(values),
        out_(evaluator.box) {}

  Value run() {
    while (at_ < text_.size()) {
      const size_t percent = std::min(text_.find('%', at_), text_.size());
      out_ += text_.substr(at_, percent - at_);
      at_ = percent;
      if (at_ < text_.size()) conversion();
    }
    const bool mapping = values_.is(Kind::dict) || values_.is(Kind::list) ||
                         values_.is(Kind::range) || values_.is_undefined();
    const size_t count = values_.is(Kind::tuple) ? values_.sequence().size() : 1;
    if (!mapping && used_ < count) fail("not all arguments were used by the format string");
    return out_.value(safe_);
  }

 private:
  char peek() const {
    if (at_ >= text_.size()) fail("the format string ends inside of a conversion");
    return text_[at_];
  }

  const Value& next_value() {
    if (values_.is(Kind::tuple)) {
      if (used_ >= values_.sequence().size()) fail("not enough arguments for the format string");
      return values_.sequence()[used_++];
    }
    if (used_++ > 0) fail("not enough arguments for the format string");
    return values_;
  }

  // "%(name)s": the value of that key.
  const Value* named() {
    if (peek() != '(') return nullptr;
    if (!values_.is(Kind::dict)) fail("the format string needs a dict");
    const size_t start = ++at_;
    for (int open = 1; open > 0; ++at_) {
      if (peek() == '(') ++open;
      if (peek() == ')') --open;
    }
    const std::string_view name = text_.substr(start, at_ - 1 - start);
    const Value* value = values_.dict().find(name);
    if (value == nullptr) fail("the dict of the format string has no key '{}'", name);
    return value;
  }

  void flags(Conversion& conversion) {
    for (;; ++at_) {
      switch (peek()) {
        case '-':
          conversion.left = true;
          break;
        case '+':
          conversion.plus = true;
          break;
        case ' ':
          conversion.blank = true;
          break;
        case '#':
          conversion.alternate = true;
          break;
        case '0':
          conversion.zero = true;
          break;
        default:
          return;
      }
    }
  }

  int64_t number() {
    if (peek() == '*') {
      ++at_;
      const Value value = next_value();
      if (!value.is_integral()) fail("* in a format string needs an int");
      return to_clamped_index(value);
    }
    int64_t value = 0;
    for (; peek() >= '0' && peek() <= '9'; ++at_)
      value = std::min<int64_t>(value * 10 + (peek() - '0'), int64_t{1} << 40);
    return value;
  }

  void conversion() {
    ++at_;
    const Value* value = named();
    Conversion c;
    flags(c);
    c.width = number();
    if (c.width < 0) {
      c.left = true;
      c.width = -c.width;
    }
    if (peek() == '.') {
      ++at_;
      c.precision = std::max<int64_t>(0, number());
    }
    if (peek() == 'h' || peek() == 'l' || peek() == 'L') ++at_;
    c.type = peek();
    ++at_;
    if (c.type == '%') {
      out_ += '%';
      return;
    }
    if (std::string_view("diuoxXeEfFgGcrsa").find(c.type) == std::string_view::npos)
      fail("unsupported format character '{}'", c.type);
    format(c, value != nullptr ? *value : next_value());
  }

  void format(const Conversion& c, const Value& value) {
    if (std::string_view("rsa").find(c.type) != std::string_view::npos) return text(c, value);
    if (c.type == 'c') return character(c, value);
    if (!value.is_number()) fail("%{} needs a number, not {}", c.type, type_name(value));
    if (std::string_view("eEfFgG").find(c.type) != std::string_view::npos) return real(c, value);
    integer(c, value);
  }

  void pad(const Conversion& c, std::string_view prefix, std::string_view body, bool number) {
    Padding padding{" ", c.left ? '<' : '>', c.width};
    if (number && c.zero && !c.left) {
      padding.fill = "0";
      padding.align = '=';
    }
    append_padded(prefix, body, padding, out_);
  }

  std::string sign(const Conversion& c, bool negative) const {
    return negative ? "-" : c.plus ? "+" : c.blank ? " " : "";
  }

  void text(const Conversion& c, const Value& value) {
    Text printed(evaluator_.box);
    if (c.type == 's') {
      print_value(evaluator_, value, printed);
    } else {
      print_repr(evaluator_, value, printed);
    }
    std::string shown = printed.take();
    if (c.type == 'a') shown = ascii_only(shown);
    if (safe_ && !(value.is_string() && value.string().safe())) {
      Text escaped(evaluator_.box);
      append_entities(shown, escaped);
      shown = escaped.take();
    }
    if (c.precision >= 0) shown.resize(byte_offset(shown, static_cast<size_t>(c.precision)));
    pad(c, "", shown, false);
  }

  static std::string ascii_only(std::string_view text) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
      const DecodedChar c = decode_utf8(text, at);
      out += c.code_point < 0x80      ? std::string(1, static_cast<char>(c.code_point))
             : c.code_point < 0x100   ? fmt::format("\\x{:02x}", c.code_point)
             : c.code_point < 0x10000 ? fmt::format("\\u{:04x}", c.code_point)
                                      : fmt::format("\\U{:08x}", c.code_point);
      at += c.bytes;
    }
    return out;
  }

  void character(const Conversion& c, const Value& value) {
    std::string shown;
    if (value.is_integral()) {
      const int64_t code = to_index(value);
      if (code < 0 || code > 0x10FFFF) fail("%c needs a character code");
      append_utf8(shown, static_cast<uint32_t>(code));
    } else if (value.is_string() && value.string().length() == 1) {
      shown = value.text();
    } else {
      fail("%c needs an int or one character");
    }
    pad(c, "", shown, false);
  }

  void integer(const Conversion& c, const Value& value) {
    const bool decimal = std::string_view("diu").find(c.type) != std::string_view::npos;
    if (value.is(Kind::real) && !decimal) fail("%{} needs an integer, not float", c.type);
    const Wide number = value.is(Kind::real) ? truncated(value.as_real()) : value.wide();
    const unsigned base = decimal ? 10 : c.type == 'o' ? 8 : 16;
    std::string digits = digits_of(number, base);
    if (c.precision > 1'000'000) fail("a precision of {} digits is too large", c.precision);
    if (c.precision > static_cast<int64_t>(digits.size()))
      digits.insert(0, static_cast<size_t>(c.precision) - digits.size(), '0');
    std::string prefix = sign(c, number < 0);
    if (c.alternate && base != 10) prefix += std::string("0") + c.type;
    if (c.type == 'X') digits = to_upper(digits);
    pad(c, prefix, digits, true);
  }

  static Wide truncated(double number) {
    if (!std::isfinite(number)) fail("cannot convert float {} to integer", float_repr(number));
    if (std::fabs(number) >= 0x1p126) fail("the float is beyond 128 bits as an integer");
    return static_cast<Wide>(number);
  }

  void real(const Conversion& c, const Value& value) {
    const double number = to_double(value);
    const std::string shown =
        format_double(std::fabs(number), c.type, c.precision < 0 ? 6 : c.precision, c.alternate);
    pad(c, sign(c, std::signbit(number) && !std::isnan(number)), shown, true);
  }

  Evaluator& evaluator_;
  std::string_view text_;
  const bool safe_;
  const Value& values_;
  Text out_;
  size_t at_ = 0;
  size_t used_ = 0;
};

}  // namespace

Value format_percent(Evaluator& evaluator, const Value& format, const Value& values) {
  return PercentFormatter(evaluator, format, values).run();
}

}  // namespace hearth::text::jinja
