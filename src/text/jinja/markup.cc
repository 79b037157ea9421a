#include "text/jinja/markup.h"

#include "text/jinja/evaluator.h"
#include "text/jinja/print.h"

namespace hearth::text::jinja {
namespace {

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\'':
      return "&#39;";
    case '"':
      return "&#34;";
    default:
      return {};
  }
}

}  // namespace

void append_entities(std::string_view text, Text& out) {
  size_t plain = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view replacement = entity(text[at]);
    if (replacement.empty()) continue;
    out += text.substr(plain, at - plain);
    out += replacement;
    plain = at + 1;
  }
  out += text.substr(plain);
}

void append_escaped(Evaluator& evaluator, const Value& value, Text& out) {
  if (value.is_string() && value.string().safe()) {
    out += value.text();
  } else if (value.is_string()) {
    append_entities(value.text(), out);
  } else {
    Text text(evaluator.box);
    print_value(evaluator, value, text);
    append_entities(text.view(), out);
  }
}

Value escape(Evaluator& evaluator, const Value& value) {
  if (value.is_string() && value.string().safe()) return value;
  Text text(evaluator.box);
  append_escaped(evaluator, value, text);
  return text.value(true);
}

}  // namespace hearth::text::jinja
