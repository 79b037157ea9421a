#include "text/answers/json_scanner.h"

#include "base/error.h"
#include "base/json.h"

namespace hearth::text {
namespace {

bool is_json_literal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '-' || c == '+' ||
         c == '.';
}

std::optional<Json> parsed_json(std::string_view text) {
  // To the library a zero is the end, whatever follows.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  try {
    return parse_json(text, "arguments");
  } catch (const Exception&) {
    return std::nullopt;
  }
}

}  // namespace

JsonScanner::Step JsonScanner::put(char c) {
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (c == '\\')
      escaped_ = true;
    else if (c == '"')
      in_string_ = false;
    return !in_string_ && depth_ == 0 ? Step::last : Step::inside;
  }
  if (c == '"') {
    in_string_ = true;
    return Step::inside;
  }
  if (c == '{' || c == '[') {
    ++depth_;
    return Step::inside;
  }
  if (is_blank(c)) return Step::inside;
  if (depth_ == 0) return Step::wrong;
  if (c == '}' || c == ']') return --depth_ == 0 ? Step::last : Step::inside;
  return c == ',' || c == ':' || is_json_literal(c) ? Step::inside : Step::wrong;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_json(std::string_view text) { return parsed_json(text).has_value(); }

std::string object_text(std::string_view text) {
  text = trim(text);
  const std::optional<Json> value = parsed_json(text);
  if (!value) return "";
  if (value->is_object()) return std::string(text);
  if (value->is_null()) return "{}";
  if (!value->is_string()) return "";
  const std::string_view inner = trim(value->get_ref<const std::string&>());
  if (inner.empty()) return "{}";
  const std::optional<Json> inside = parsed_json(inner);
  return inside && inside->is_object() ? std::string(inner) : "";
}

}  // namespace hearth::text
