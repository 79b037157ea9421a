#include <algorithm>

#include "text/jinja/attributes.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/format.h"
#include "text/jinja/markup.h"
#include "text/jinja/number.h"
#include "text/jinja/print.h"

namespace hearth::text::jinja {
namespace {

class BracesFormatter {
 public:
  BracesFormatter(Evaluator& evaluator, const Arguments& arguments, bool safe)
      : evaluator_(evaluator), arguments_(arguments), safe_(safe) {}

  // `depth` is 3 for the format itself and less for specifications in it, which may hold fields.
  void run(std::string_view text, int depth, Text& out) {
    if (depth == 0) fail("the fields of the format string are nested too deeply");
    for (size_t at = 0; at < text.size();) {
      const char c = text[at];
      if (c != '{' && c != '}') {
        const size_t end = std::min(text.find_first_of("{}", at), text.size());
        out += text.substr(at, end - at);
        at = end;
      } else if (at + 1 < text.size() && text[at + 1] == c) {
        out += c;
        at += 2;
      } else if (c == '}') {
        fail("a single '}}' stands in the format string");
      } else {
        const size_t end = field_end(text, at + 1);
        field(text.substr(at + 1, end - at - 1), depth, out);
        at = end + 1;
      }
    }
  }

 private:
  // Where the field that starts at `at` closes; braces inside are fields of its specification.
  static size_t field_end(std::string_view text, size_t at) {
    bool in_brackets = false;
    for (int open = 1; at < text.size(); ++at) {
      if (text[at] == '[') in_brackets = true;
      if (text[at] == ']') in_brackets = false;
      if (in_brackets) continue;
      if (text[at] == '{') ++open;
      if (text[at] == '}' && --open == 0) return at;
    }
    fail("expected '}}' before the end of the format string");
  }

  // name ["!" conversion] [":" specification]
  void field(std::string_view field, int depth, Text& out) {
    size_t end = 0;
    for (bool in_brackets = false; end < field.size(); ++end) {
      if (field[end] == '[') in_brackets = true;
      if (field[end] == ']') in_brackets = false;
      if (!in_brackets && (field[end] == '!' || field[end] == ':')) break;
      if (!in_brackets && field[end] == '{') fail("unexpected '{{' in a field name");
    }
    Value value = lookup(field.substr(0, end));
    std::string_view rest = field.substr(end);
    if (!rest.empty() && rest[0] == '!') {
      if (rest.size() < 2 || (rest.size() > 2 && rest[2] != ':'))
        fail("expected ':' after the conversion in a format string");
      value = converted(value, rest[1]);
      rest.remove_prefix(2);
    }
    if (!rest.empty()) rest.remove_prefix(1);
    Text specification(evaluator_.box);
    run(rest, depth - 1, specification);
    append(value, specification.view(), out);
  }

  void append(const Value& value, std::string_view specification, Text& out) {
    if (!safe_ || (value.is_string() && value.string().safe()))
      return format_value(evaluator_, value, specification, out);
    Text plain(evaluator_.box);
    format_value(evaluator_, value, specification, plain);
    append_entities(plain.view(), out);
  }

  Value converted(const Value& value, char conversion) {
    Text text(evaluator_.box);
    if (conversion == 's') {
      print_value(evaluator_, value, text);
    } else if (conversion == 'r') {
      print_repr(evaluator_, value, text);
    } else if (conversion == 'a' && value.is_string()) {
      print_quoted(value.text(), text, true);
    } else if (conversion == 'a') {
      print_repr(evaluator_, value, text);
    } else {
      fail("unknown conversion '{}' in a format string", conversion);
    }
    return text.value();
  }

  Value first(std::string_view name) {
    const bool numbered = name.find_first_not_of("0123456789") == std::string_view::npos;
    if (!numbered) {
      for (const auto& [key, value] : arguments_.named)
        if (key == name) return value;
      fail("the format string needs the argument '{}'", name);
    }
    if (automatic_ == (name.empty() ? -1 : 1))
      fail("the format string mixes numbered and unnumbered fields");
    automatic_ = name.empty() ? 1 : -1;
    const auto index =
        name.empty() ? Wide{static_cast<int64_t>(next_++)} : *parse_integer(name, 10);
    if (index >= static_cast<Wide>(arguments_.positional.size()))
      fail("the format string needs more than {} arguments", arguments_.positional.size());
    return arguments_.positional[static_cast<size_t>(index)];
  }

  // "0.name[key]": the argument, then its attributes and items.
  Value lookup(std::string_view name) {
    size_t at = std::min(name.find_first_of(".["), name.size());
    Value value = first(name.substr(0, at));
    while (at < name.size()) {
      const bool attribute = name[at] == '.';
      if (!attribute && name[at] != '[') fail("only '.' or '[' may follow ']' in a format field");
      ++at;
      const size_t end =
          attribute ? std::min(name.find_first_of(".[", at), name.size()) : name.find(']', at);
      if (end == std::string_view::npos) fail("']' is missing in a format field");
      const std::string_view key = name.substr(at, end - at);
      if (key.empty()) fail("an attribute or key is empty in a format field");
      const bool index =
          !attribute && key.find_first_not_of("0123456789") == std::string_view::npos;
      value = attribute ? get_attribute(evaluator_, value, key)
                        : get_item(evaluator_, value,
                                   index ? make_integer(evaluator_.box, *parse_integer(key, 10))
                                         : make_string(evaluator_.box, std::string(key)));
      at = attribute ? end : end + 1;
    }
    return value;
  }

  Evaluator& evaluator_;
  const Arguments& arguments_;
  const bool safe_;
  size_t next_ = 0;
  int automatic_ = 0;  // 1: "{}" was seen, -1: "{0}"
};

}  // namespace

Value format_braces(Evaluator& evaluator, const Value& format, const Arguments& arguments) {
  Text out(evaluator.box);
  BracesFormatter(evaluator, arguments, format.string().safe()).run(format.text(), 3, out);
  return out.value(format.string().safe());
}

}  // namespace hearth::text::jinja
