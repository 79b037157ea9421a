// Filters over text: case, padding, indentation, replacing, cutting.

#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterate.h"
#include "text/jinja/markup.h"
#include "text/jinja/operators.h"
#include "text/jinja/print.h"
#include "text/jinja/replace.h"
#include "text/jinja/string_methods.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja::filters {
namespace {

Value cased(Invocation& call, std::string (*map)(std::string_view)) {
  const Value text = to_string_value(call.evaluator, call.subject);
  call.box.step_through(text.text().size());
  const Reservation reservation(call.box, text.text().size() * 3);
  return make_string(call.box, map(text.text()), text.string().safe());
}

bool opens_word(uint32_t c) {
  return c == '-' || is_space(c) || c == '(' || c == '{' || c == '[' || c == '<';
}

// Every run between white space, hyphens and opening brackets starts with a capital letter.
std::string title_words(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    while (at < text.size() && !opens_word(decode_utf8(text, at).code_point))
      at += decode_utf8(text, at).bytes;
    if (at == start) {
      at += decode_utf8(text, at).bytes;
      out += text.substr(start, at - start);
      continue;
    }
    const size_t first = decode_utf8(text, start).bytes;
    out += to_upper(text.substr(start, first));
    out += to_lower(text.substr(start + first, at - start - first));
  }
  return out;
}

const Value& require_text(Invocation& call) {
  if (call.subject.is_undefined()) fail("{}", call.subject.undefined().problem);
  if (!call.subject.is_string()) fail("the filter needs a str, not {}", type_name(call.subject));
  return call.subject;
}

}  // namespace

Value capitalize(Invocation& call) { return cased(call, jinja::capitalize); }
Value lower(Invocation& call) { return cased(call, to_lower); }
Value title(Invocation& call) { return cased(call, title_words); }
Value upper(Invocation& call) { return cased(call, to_upper); }
Value string(Invocation& call) { return to_string_value(call.evaluator, call.subject); }

Value center(Invocation& call) {
  static constexpr Native kCenter{"center", string_methods::center, 1, {"/width", "/fillchar"}};
  Arguments arguments;
  arguments.positional.push_back(call.or_else(0, Value::integer(80)));
  return invoke(call.evaluator, kCenter, to_string_value(call.evaluator, call.subject), arguments);
}

Value trim(Invocation& call) {
  static constexpr Native kStrip{"strip", string_methods::strip_, 0, {"/chars"}};
  Arguments arguments;
  arguments.positional.push_back(call.or_else(0, Value()));
  return invoke(call.evaluator, kStrip, to_string_value(call.evaluator, call.subject), arguments);
}

Value format(Invocation& call) {
  const Value pattern = to_string_value(call.evaluator, call.subject);
  const Arguments& arguments = call.arguments;
  if (arguments.named.empty())
    return modulo(call.evaluator, pattern, make_tuple(call.box, arguments.positional));
  if (!arguments.positional.empty())
    fail("can't handle positional and keyword arguments at the same time");
  const auto values = make<Dict>(call.box);
  for (const auto& [name, value] : arguments.named) values->set(call.string(name), value);
  return modulo(call.evaluator, pattern, dict_value(values));
}

Value indent(Invocation& call) {
  const Value subject = require_text(call);
  Text blanks(call.box);
  if (call.given(0) && call[0].is_string()) {
    blanks += call[0].text();
  } else {
    blanks.repeat(" ", static_cast<size_t>(std::max<int64_t>(0, call.integer(0, 4))));
  }
  const bool blank_lines = call.flag(2, false);
  Text terminated(call.box), out(call.box);
  terminated += subject.text();
  terminated += '\n';  // so that an empty text is one line, and a last line end counts
  if (call.flag(1, false)) out += blanks.view();
  bool first = true;
  each_line(terminated.view(), false, [&](std::string_view line) {
    if (!first) out += '\n';
    if (!first && (blank_lines || !line.empty())) out += blanks.view();
    out += line;
    first = false;
  });
  return out.value(subject.string().safe());
}

Value replace(Invocation& call) {
  Value subject = to_string_value(call.evaluator, call.subject);
  const Value old = to_string_value(call.evaluator, call[0]);
  Value with = to_string_value(call.evaluator, call[1]);
  bool safe = false;
  if (call.evaluator.autoescape) {
    if (old.string().safe() || (with.string().safe() && !subject.string().safe()))
      subject = escape(call.evaluator, subject);
    safe = subject.string().safe();
    if (safe) with = escape(call.evaluator, with);
  }
  Text out(call.box);
  append_replaced(subject.text(), old.text(), with.text(), call.integer(2, -1, true), out);
  return out.value(safe);
}

Value truncate(Invocation& call) {
  const int64_t length = call.integer(0, 255), leeway = call.integer(3, 5, true);
  const Value end = call.or_else(2, call.string("..."));
  if (!end.is_string()) fail("the end of truncate() must be a str, not {}", type_name(end));
  const auto end_length = static_cast<int64_t>(end.string().length());
  if (length < end_length) fail("truncate() needs a length of at least {}", end_length);
  if (leeway < 0) fail("truncate() needs a leeway of at least 0");
  const auto size = length_of(call.subject);
  if (!size) fail("object of type '{}' has no len()", type_name(call.subject));
  if (static_cast<int64_t>(*size) <= length + leeway) return call.subject;
  const std::string_view text = require_text(call).text();
  std::string_view kept =
      text.substr(0, byte_offset(text, static_cast<size_t>(length - end_length)));
  if (!call.flag(1, false)) kept = kept.substr(0, kept.rfind(' '));
  Text out(call.box);
  out += kept;
  out += end.text();
  return out.value(call.subject.string().safe());
}

Value wordcount(Invocation& call) {
  const std::string text = to_text(call.evaluator, call.subject);
  int64_t words = 0;
  bool in_word = false;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = decode_utf8(text, at);
    const bool word = c.code_point == '_' || is_alphanumeric(c.code_point);
    if (word && !in_word) ++words;
    in_word = word;
    at += c.bytes;
  }
  return Value::integer(words);
}

}  // namespace hearth::text::jinja::filters
