// The methods of str that search, split and replace. Positions that templates see count code
// points; inside, bytes are searched, which finds the same in UTF-8.

#include <algorithm>
#include <functional>

#include "base/utf8.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/find.h"
#include "text/jinja/markup.h"
#include "text/jinja/replace.h"
#include "text/jinja/string_methods.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja::string_methods {
namespace {

constexpr int64_t kNotFound = -1;

// The part of the subject that `start` and `end` (arguments 1 and 2) select; `offset` is where it
// starts, in code points. Nothing when start lies beyond the end.
struct Selection {
  bool valid;
  std::string_view text;
  int64_t offset;
};

Selection select(Invocation& call) {
  const String& subject = call.subject.string();
  const auto length = static_cast<int64_t>(subject.length());
  int64_t start = call.integer(1, 0, true), end = call.integer(2, length, true);
  end = std::min(end, length);
  if (end < 0) end = std::max<int64_t>(0, end + length);
  if (start < 0) start = std::max<int64_t>(0, start + length);
  if (start > end) return {false, {}, start};
  call.box.step_bytes(subject.text().size());
  const size_t from = byte_offset(subject.text(), static_cast<size_t>(start));
  const std::string_view rest = subject.text().substr(from);
  return {true, rest.substr(0, byte_offset(rest, static_cast<size_t>(end - start))), start};
}

int64_t search(Invocation& call, bool last) {
  const std::string_view needle = call.text(0);
  const Selection in = select(call);
  if (!in.valid) return kNotFound;
  const Reservation reservation(call.box, last ? in.text.size() + needle.size() : 0);
  const size_t at = last ? find_last_text(in.text, needle) : find_text(in.text, needle, 0);
  if (at == std::string_view::npos) return kNotFound;
  return in.offset + static_cast<int64_t>(count_code_points(in.text.substr(0, at)));
}

Value found(int64_t at) {
  if (at == kNotFound) fail("substring not found");
  return Value::integer(at);
}

// startswith and endswith take one text or a tuple of them.
Value affixed(Invocation& call, bool (*has)(std::string_view text, std::string_view affix)) {
  const Selection in = select(call);
  const auto matches = [&](const Value& affix) {
    if (!affix.is_string())
      fail("{}() needs a str or a tuple of str, not {}", call.native.name, type_name(affix));
    return in.valid && has(in.text, affix.text());
  };
  if (!call[0].is(Kind::tuple)) return Value::boolean(matches(call[0]));
  const std::vector<Value>& affixes = call[0].sequence().items();
  return Value::boolean(std::any_of(affixes.begin(), affixes.end(), matches));
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}
bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

Value three(Invocation& call, std::string_view a, std::string_view b, std::string_view c) {
  return make_tuple(call.box, {call.like_subject(std::string(a)), call.like_subject(std::string(b)),
                               call.like_subject(std::string(c))});
}

bool is_space_at(std::string_view text, size_t at) {
  return is_space(decode_utf8(text, at).code_point);
}

// Gets the parts of a split one by one, from the left or from the right.
using Sink = std::function<void(std::string_view)>;

// Words between white space; after `limit` of them, the rest as it is.
void split_words(std::string_view text, size_t limit, const Sink& part) {
  for (text = strip(text, Side::left); !text.empty(); text = strip(text, Side::left)) {
    if (limit-- == 0) return part(text);
    size_t end = 0;
    while (end < text.size() && !is_space_at(text, end)) end += decode_utf8(text, end).bytes;
    part(text.substr(0, end));
    text.remove_prefix(end);
  }
}

void split_words_from_right(std::string_view text, size_t limit, const Sink& part) {
  for (text = strip(text, Side::right); !text.empty(); text = strip(text, Side::right)) {
    if (limit-- == 0) return part(text);
    size_t start = text.size();
    while (start > 0) {
      size_t previous = start - 1;
      while ((static_cast<uint8_t>(text[previous]) & 0xC0) == 0x80) --previous;
      if (is_space_at(text, previous)) break;
      start = previous;
    }
    part(text.substr(start));
    text = text.substr(0, start);
  }
}

void split_at(std::string_view text, std::string_view separator, size_t limit, const Sink& part) {
  size_t start = 0;
  while (limit-- > 0) {
    const size_t at = find_text(text, separator, start);
    if (at == std::string_view::npos) break;
    part(text.substr(start, at - start));
    start = at + separator.size();
  }
  part(text.substr(start));
}

// From the right, found in the mirrored text, where it is a search from the left.
void split_at_from_right(std::string_view text, std::string_view separator, size_t limit,
                         const Sink& part) {
  const std::string mirrored(text.rbegin(), text.rend());
  const std::string needle(separator.rbegin(), separator.rend());
  split_at(mirrored, needle, limit, [&](std::string_view found) {
    const auto from_end = static_cast<size_t>(found.data() - mirrored.data()) + found.size();
    part(text.substr(text.size() - from_end, found.size()));
  });
}

Value split_by(Invocation& call, bool from_right) {
  const int64_t maximum = call.integer(1, -1);
  const size_t limit = maximum < 0 ? SIZE_MAX : static_cast<size_t>(maximum);
  const std::string_view text = call.subject_text();
  call.box.step_bytes(text.size());
  const Reservation reservation(call.box, from_right ? text.size() : 0);
  const auto parts = make<Sequence>(call.box);
  const Sink push = [&](std::string_view part) {
    parts->push(call.like_subject(std::string(part)));
  };
  if (!call.given(0) || call[0].is_none()) {
    (from_right ? split_words_from_right : split_words)(text, limit, push);
  } else {
    if (call.text(0).empty()) fail("empty separator");
    (from_right ? split_at_from_right : split_at)(text, call.text(0), limit, push);
  }
  if (!from_right) return list_value(parts);
  const auto ordered = make<Sequence>(call.box);
  ordered->reserve(parts->size());
  for (auto it = parts->items().rbegin(); it != parts->items().rend(); ++it) ordered->push(*it);
  return list_value(ordered);
}

}  // namespace

Value count(Invocation& call) {
  const std::string_view needle = call.text(0);
  const Selection in = select(call);
  return Value::integer(in.valid ? static_cast<int64_t>(count_text(in.text, needle)) : 0);
}

Value find(Invocation& call) { return Value::integer(search(call, false)); }
Value rfind(Invocation& call) { return Value::integer(search(call, true)); }
Value index(Invocation& call) { return found(search(call, false)); }
Value rindex(Invocation& call) { return found(search(call, true)); }

Value startswith(Invocation& call) { return affixed(call, starts_with); }
Value endswith(Invocation& call) { return affixed(call, ends_with); }

Value removeprefix(Invocation& call) {
  std::string_view text = call.subject_text();
  if (starts_with(text, call.text(0))) text.remove_prefix(call.text(0).size());
  return call.like_subject(std::string(text));
}
Value removesuffix(Invocation& call) {
  std::string_view text = call.subject_text();
  if (ends_with(text, call.text(0))) text.remove_suffix(call.text(0).size());
  return call.like_subject(std::string(text));
}

Value partition(Invocation& call) {
  const std::string_view text = call.subject_text(), separator = call.text(0);
  if (separator.empty()) fail("empty separator");
  const size_t at = find_text(text, separator, 0);
  if (at == std::string_view::npos) return three(call, text, "", "");
  return three(call, text.substr(0, at), separator, text.substr(at + separator.size()));
}
Value rpartition(Invocation& call) {
  const std::string_view text = call.subject_text(), separator = call.text(0);
  if (separator.empty()) fail("empty separator");
  const Reservation reservation(call.box, text.size() + separator.size());
  const size_t at = find_last_text(text, separator);
  if (at == std::string_view::npos) return three(call, "", "", text);
  return three(call, text.substr(0, at), separator, text.substr(at + separator.size()));
}

Value replace(Invocation& call) {
  const int64_t maximum = call.integer(2, -1);
  const bool safe = call.subject.string().safe();
  Text out(call.box), escaped(call.box);
  std::string_view with = call.text(1);
  if (safe) {
    append_escaped(call.evaluator, call[1], escaped);
    with = escaped.view();
  }
  append_replaced(call.subject_text(), call.text(0), with, maximum, out);
  return out.value(safe);
}

Value split(Invocation& call) { return split_by(call, false); }
Value rsplit(Invocation& call) { return split_by(call, true); }

Value splitlines(Invocation& call) {
  call.box.step_bytes(call.subject_text().size());
  const auto lines = make<Sequence>(call.box);
  each_line(call.subject_text(), call.integer(0, 0) != 0,
            [&](std::string_view line) { lines->push(call.like_subject(std::string(line))); });
  return list_value(lines);
}

}  // namespace hearth::text::jinja::string_methods
