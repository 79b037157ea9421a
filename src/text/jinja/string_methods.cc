// The methods of str: case, padding, stripping, questions, formatting. Those that search and split
// are in string_search.cc.

#include "text/jinja/string_methods.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/attributes.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/format.h"
#include "text/jinja/iterate.h"
#include "text/jinja/markup.h"
#include "text/jinja/number.h"
#include "text/jinja/string_tests.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace string_methods {
namespace {

// Case mappings at most triple a text; its memory is asked for before they run.
Value mapped(Invocation& call, std::string (*map)(std::string_view)) {
  const std::string_view text = call.subject_text();
  call.box.step_through(text.size());
  const Reservation reservation(call.box, text.size() * 3);
  return call.like_subject(map(text));
}

Value stripped(Invocation& call, Side side) {
  call.box.step_through(call.subject_text().size());
  std::optional<std::string_view> chars;
  if (call.given(0) && !call[0].is_none()) chars = call.text(0);
  return call.like_subject(std::string(strip(call.subject_text(), side, chars)));
}

// Between `left` and the rest of the fill characters.
Value padded(Invocation& call, size_t (*left)(size_t fill, size_t width)) {
  const auto width = static_cast<size_t>(std::max<int64_t>(0, call.integer(0, 0)));
  const std::string_view fill = call.text(1, " ");
  if (count_code_points(fill) != 1) fail("the fill character must be exactly one character long");
  const size_t length = call.subject.string().length();
  const size_t total = width > length ? width - length : 0;
  const size_t before = left(total, width);
  Text out(call.box);
  out.repeat(fill, before);
  out += call.subject_text();
  out.repeat(fill, total - before);
  return out.value(call.subject.string().safe());
}

Value asked(Invocation& call, bool (*test)(uint32_t)) {
  call.box.step_through(call.subject_text().size());
  return Value::boolean(all_characters(call.subject_text(), test));
}

// What str.translate puts in place of a character.
void append_translated(Invocation& call, uint32_t c, Text& out) {
  std::string character;
  const Value to = get_item(call.evaluator, call[0], Value::integer(c));
  if (to.is_undefined()) {
    append_utf8(character, c);
  } else if (to.is_integral()) {
    const int64_t code = to_index(to);
    if (code < 0 || code > 0x10FFFF) fail("character mapping must be in range(0x110000)");
    append_utf8(character, static_cast<uint32_t>(code));
  } else if (to.is_string()) {
    character = to.text();
  } else if (!to.is_none()) {
    fail("character mapping must return integer, None or str");
  }
  out += character;
}

}  // namespace

Value capitalize_(Invocation& call) { return mapped(call, capitalize); }
Value casefold(Invocation& call) { return mapped(call, case_fold); }
Value lower(Invocation& call) { return mapped(call, to_lower); }
Value swapcase(Invocation& call) { return mapped(call, swap_case); }
Value title(Invocation& call) { return mapped(call, to_title); }
Value upper(Invocation& call) { return mapped(call, to_upper); }

Value strip_(Invocation& call) { return stripped(call, Side::both); }
Value lstrip(Invocation& call) { return stripped(call, Side::left); }
Value rstrip(Invocation& call) { return stripped(call, Side::right); }

Value center(Invocation& call) {
  // An odd rest goes left when the width is odd.
  return padded(call, [](size_t fill, size_t width) { return fill / 2 + (fill & width & 1); });
}
Value ljust(Invocation& call) {
  return padded(call, [](size_t, size_t) -> size_t { return 0; });
}
Value rjust(Invocation& call) {
  return padded(call, [](size_t fill, size_t) { return fill; });
}

Value zfill(Invocation& call) {
  std::string_view text = call.subject_text();
  const std::string_view sign = text.substr(0, text.find_first_of("+-") == 0 ? 1 : 0);
  text.remove_prefix(sign.size());
  Text out(call.box);
  append_padded(sign, text, {"0", '=', call.integer(0, 0)}, out);
  return out.value(call.subject.string().safe());
}

Value expandtabs(Invocation& call) {
  const int64_t tab = call.integer(0, 8);
  const std::string_view text = call.subject_text();
  Text out(call.box);
  int64_t column = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = decode_utf8(text, at).bytes;
    const char c = text[at];
    if (c == '\t') {
      const int64_t blanks = tab > 0 ? tab - column % tab : 0;
      out.repeat(" ", static_cast<size_t>(blanks));
      column += blanks;
    } else {
      out += text.substr(at, bytes);
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    at += bytes;
  }
  return out.value(call.subject.string().safe());
}

Value encode(Invocation&) { fail("encode() is not available: templates have no bytes"); }

Value isalnum(Invocation& call) { return asked(call, is_alphanumeric); }
Value isalpha(Invocation& call) { return asked(call, is_alpha); }
Value isdecimal(Invocation& call) { return asked(call, is_decimal); }
Value isdigit(Invocation& call) { return asked(call, is_digit); }
Value isnumeric(Invocation& call) { return asked(call, is_numeric); }
Value isspace(Invocation& call) { return asked(call, is_space); }
Value isprintable(Invocation& call) {
  return Value::boolean(call.subject_text().empty() || asked(call, is_printable).as_boolean());
}
Value isascii(Invocation& call) { return Value::boolean(call.subject.string().ascii()); }
Value isidentifier(Invocation& call) { return Value::boolean(is_identifier(call.subject_text())); }
Value islower(Invocation& call) { return Value::boolean(is_lower_text(call.subject_text())); }
Value isupper(Invocation& call) { return Value::boolean(is_upper_text(call.subject_text())); }
Value istitle(Invocation& call) { return Value::boolean(is_title_text(call.subject_text())); }

Value join(Invocation& call) {
  Iteration iteration(call.evaluator, call[0]);
  const bool safe = call.subject.string().safe();
  Text out(call.box);
  size_t i = 0;
  for (Value item; iteration.next(item); ++i) {
    if (i > 0) out += call.subject_text();
    if (safe) {
      append_escaped(call.evaluator, item, out);
      continue;
    }
    if (!item.is_string()) fail("item {} of join() must be str, not {}", i, type_name(item));
    out += item.text();
  }
  return out.value(safe);
}

Value format(Invocation& call) {
  return format_braces(call.evaluator, call.subject, call.arguments);
}

Value format_map(Invocation& call) {
  Arguments arguments;
  if (call[0].is(Kind::dict))
    for (const auto& [key, value] : call[0].dict().items())
      if (key.is_string()) arguments.named.emplace_back(key.text(), value);
  return format_braces(call.evaluator, call.subject, arguments);
}

Value translate(Invocation& call) {
  const std::string_view text = call.subject_text();
  if (!text.empty() && !call[0].is(Kind::dict) && !call[0].is_sequence() && !call[0].is_string() &&
      !call[0].is(Kind::range))
    fail("translate() needs a dict, not {}", type_name(call[0]));
  Text out(call.box);
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = decode_utf8(text, at);
    append_translated(call, c.code_point, out);
    at += c.bytes;
  }
  return out.value(call.subject.string().safe());
}

}  // namespace string_methods

namespace {

#define HEARTH_METHOD(name, function, required, ...) \
  {name, string_methods::function, required, {__VA_ARGS__}},
constexpr Native kStringMethods[] = {
#include "text/jinja/string_methods.inc"
};
#undef HEARTH_METHOD

}  // namespace

const Native* find_string_method(std::string_view name) {
  return find_native(kStringMethods, name);
}

}  // namespace hearth::text::jinja
