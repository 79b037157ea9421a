#include "text/jinja/print.h"

#include "base/utf8.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/number.h"
#include "text/jinja/other.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace {

// Repeats between the items of a list, tuple, dict.
class Commas {
 public:
  explicit Commas(Text& out) : out_(out) {}
  void operator()() {
    if (!first_) out_ += ", ";
    first_ = false;
  }

 private:
  Text& out_;
  bool first_ = true;
};

void print_sequence(Evaluator& evaluator, const Value& value, Text& out) {
  const bool tuple = value.is(Kind::tuple);
  out += tuple ? '(' : '[';
  Commas comma(out);
  for (const Value& item : value.sequence().items()) {
    comma();
    print_repr(evaluator, item, out);
  }
  if (tuple && value.sequence().size() == 1) out += ',';
  out += tuple ? ')' : ']';
}

void print_dict(Evaluator& evaluator, const Dict& dict, Text& out) {
  out += '{';
  Commas comma(out);
  for (const auto& [key, item] : dict.items()) {
    comma();
    print_repr(evaluator, key, out);
    out += ": ";
    print_repr(evaluator, item, out);
  }
  out += '}';
}

void print_view(Evaluator& evaluator, const Value& value, Text& out) {
  out += type_name(value);
  out += "([";
  Commas comma(out);
  for (size_t i = 0; i < value.view().dict().size(); ++i) {
    comma();
    print_repr(evaluator, value.view().at(i), out);
  }
  out += "])";
}

void print_range(const Range& range, Text& out) {
  const int64_t stop = range.stop;
  out += range.step == 1 ? fmt::format("range({}, {})", range.start, stop)
                         : fmt::format("range({}, {}, {})", range.start, stop, range.step);
}

std::string escaped(uint32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\\':
      return "\\\\";
    default:
      break;
  }
  if (c < 0x100) return fmt::format("\\x{:02x}", c);
  return c < 0x10000 ? fmt::format("\\u{:04x}", c) : fmt::format("\\U{:08x}", c);
}

}  // namespace

void print_quoted(std::string_view text, Text& out, bool ascii) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  out += quote;
  size_t plain = 0;  // start of what can be copied as it is
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = decode_utf8(text, at);
    const bool is_quote = c.code_point == static_cast<uint32_t>(quote);
    const bool copied = c.code_point < 0x80
                            ? c.code_point >= 0x20 && c.code_point < 0x7F && c.code_point != '\\'
                            : !ascii && is_printable(c.code_point);
    if (!copied || is_quote) {
      out += text.substr(plain, at - plain);
      out += is_quote ? std::string("\\") + quote : escaped(c.code_point);
      plain = at + c.bytes;
    }
    at += c.bytes;
  }
  out += text.substr(plain);
  out += quote;
}

void print_value(Evaluator& evaluator, const Value& value, Text& out) {
  if (value.is_string()) {
    out += value.text();
  } else if (!value.is_undefined()) {
    print_repr(evaluator, value, out);
  }
}

void print_repr(Evaluator& evaluator, const Value& value, Text& out) {
  const Nesting nesting(evaluator.box);
  switch (value.kind()) {
    case Kind::missing:
    case Kind::none:
      out += "None";
      return;
    case Kind::boolean:
      out += value.as_boolean() ? "True" : "False";
      return;
    case Kind::integer:
    case Kind::wide:
      out += integer_repr(value.wide());
      return;
    case Kind::real:
      out += float_repr(value.as_real());
      return;
    case Kind::undefined:
      out += "Undefined";
      return;
    case Kind::string:
      if (value.string().safe()) out += "Markup(";
      print_quoted(value.text(), out);
      if (value.string().safe()) out += ')';
      return;
    case Kind::list:
    case Kind::tuple:
      return print_sequence(evaluator, value, out);
    case Kind::dict:
      return print_dict(evaluator, value.dict(), out);
    case Kind::view:
      return print_view(evaluator, value, out);
    case Kind::range:
      return print_range(value.range(), out);
    case Kind::iterator:
      out += "<generator object>";
      return;
    case Kind::other:
      out += value.other().print(evaluator);
      return;
  }
}

std::string to_text(Evaluator& evaluator, const Value& value) {
  Text text(evaluator.box);
  print_value(evaluator, value, text);
  return text.take();
}

Value to_string_value(Evaluator& evaluator, const Value& value) {
  return value.is_string() ? value : make_string(evaluator.box, to_text(evaluator, value));
}

}  // namespace hearth::text::jinja
