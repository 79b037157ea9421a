// Filters made for HTML and URLs: escape, safe, striptags, urlencode, xmlattr.

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/utf8.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/find.h"
#include "text/jinja/iterate.h"
#include "text/jinja/markup.h"
#include "text/jinja/print.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja::filters {
namespace {

// Without what stands between `open` and `close`; an `open` without its `close` stays.
void append_without(std::string_view text, std::string_view open, std::string_view close,
                    Text& out) {
  size_t at = 0;
  while (true) {
    const size_t start = find_text(text, open, at);
    const size_t end = start == std::string_view::npos ? start : find_text(text, close, start);
    if (end == std::string_view::npos) break;
    out += text.substr(at, start - at);
    at = end + close.size();
  }
  out += text.substr(at);
}

struct Entity {
  std::string_view name, text;
};
// The ones that templates meet; HTML5 names two thousand more, which stay as they are.
constexpr Entity kEntities[] = {{"amp", "&"},        {"lt", "<"},         {"gt", ">"},
                                {"quot", "\""},      {"apos", "'"},       {"nbsp", "\u00A0"},
                                {"copy", "\u00A9"},  {"reg", "\u00AE"},   {"hellip", "\u2026"},
                                {"mdash", "\u2014"}, {"ndash", "\u2013"}, {"euro", "\u20AC"}};

// The character that "&name;" or "&#number;" stands for; empty when it is none.
std::string resolved(std::string_view name) {
  std::string out;
  if (name.size() > 1 && name[0] == '#') {
    const bool hex = name[1] == 'x' || name[1] == 'X';
    name.remove_prefix(hex ? 2 : 1);
    uint32_t code = 0;
    const auto [end, problem] =
        std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
    const bool whole = problem == std::errc() && end == name.data() + name.size();
    if (whole && code > 0 && code <= 0x10FFFF && (code < 0xD800 || code >= 0xE000))
      append_utf8(out, code);
    return out;
  }
  const Entity* it = std::find_if(std::begin(kEntities), std::end(kEntities),
                                  [&](const Entity& entity) { return entity.name == name; });
  return it == std::end(kEntities) ? out : std::string(it->text);
}

void append_unescaped(std::string_view text, Text& out) {
  constexpr size_t kLongestName = 10;
  for (size_t at = 0; at < text.size();) {
    const size_t start = std::min(text.find('&', at), text.size());
    out += text.substr(at, start - at);
    at = start;
    if (at == text.size()) return;
    const size_t end = text.substr(0, at + 2 + kLongestName).find(';', at);
    const std::string character =
        end == std::string_view::npos ? "" : resolved(text.substr(at + 1, end - at - 1));
    out += character.empty() ? "&" : std::string_view(character);
    at = character.empty() ? at + 1 : end + 1;
  }
}

void append_quoted(Evaluator& evaluator, const Value& value, bool for_query, Text& out) {
  Text plain(evaluator.box);
  print_value(evaluator, value, plain);
  for (const char c : plain.view()) {
    const auto byte = static_cast<uint8_t>(c);
    const bool letter = byte < 0x80 && (is_alpha(byte) || is_decimal(byte));
    if (letter || std::string_view("_.-~").find(c) != std::string_view::npos ||
        (c == '/' && !for_query)) {
      out += c;
    } else if (c == ' ' && for_query) {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
}

}  // namespace

Value escape(Invocation& call) { return jinja::escape(call.evaluator, call.subject); }

Value forceescape(Invocation& call) {
  Text plain(call.box), out(call.box);
  print_value(call.evaluator, call.subject, plain);
  append_entities(plain.view(), out);
  return out.value(true);
}

Value safe(Invocation& call) {
  Text text(call.box);
  print_value(call.evaluator, call.subject, text);
  return text.value(true);
}

Value striptags(Invocation& call) {
  Text plain(call.box), no_comments(call.box), no_tags(call.box), words(call.box), out(call.box);
  print_value(call.evaluator, call.subject, plain);
  call.box.step_through(plain.size());
  append_without(plain.view(), "<!--", "-->", no_comments);
  append_without(no_comments.view(), "<", ">", no_tags);
  std::string_view rest = strip(no_tags.view());
  while (!rest.empty()) {
    size_t end = 0;
    while (end < rest.size() && !is_space(decode_utf8(rest, end).code_point))
      end += decode_utf8(rest, end).bytes;
    if (!words.empty()) words += ' ';
    words += rest.substr(0, end);
    rest = strip(rest.substr(end), Side::left);
  }
  append_unescaped(words.view(), out);
  return out.value();
}

Value urlencode(Invocation& call) {
  Text out(call.box);
  if (call.subject.is_string() || !is_iterable(call.subject)) {
    append_quoted(call.evaluator, call.subject, false, out);
    return out.value();
  }
  const auto append_pair = [&](const Value& key, const Value& value) {
    if (!out.empty()) out += '&';
    append_quoted(call.evaluator, key, true, out);
    out += '=';
    append_quoted(call.evaluator, value, true, out);
  };
  if (call.subject.is(Kind::dict)) {
    for (const auto& [key, value] : call.subject.dict().items()) append_pair(key, value);
    return out.value();
  }
  Iteration iteration(call.evaluator, call.subject);
  for (Value item; iteration.next(item);) {
    const Ref<Sequence> pair = to_list(call.evaluator, item);
    if (pair->size() != 2) fail("urlencode needs pairs, but one item has {}", pair->size());
    append_pair((*pair)[0], (*pair)[1]);
  }
  return out.value();
}

Value xmlattr(Invocation& call) {
  if (!call.subject.is(Kind::dict)) fail("xmlattr needs a dict, not {}", type_name(call.subject));
  Text out(call.box);
  for (const auto& [key, value] : call.subject.dict().items()) {
    if (value.is_none() || value.is_undefined()) continue;
    if (!key.is_string()) fail("the name of an attribute must be a str, not {}", type_name(key));
    if (key.text().find_first_of(" \t\n\r\f\v/>=") != std::string_view::npos)
      fail("invalid character in the attribute name '{}'", key.text());
    if (!out.empty() || call.flag(0, true)) out += ' ';
    append_escaped(call.evaluator, key, out);
    out += "=\"";
    append_escaped(call.evaluator, value, out);
    out += '"';
  }
  return out.value(call.evaluator.autoescape);
}

}  // namespace hearth::text::jinja::filters
