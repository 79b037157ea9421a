#include "text/answers/json_calls.h"

#include <algorithm>
#include <array>

#include "base/json.h"

namespace hearth::text {
namespace {

constexpr std::array<std::string_view, 2> kNameKeys = {"name", "tool_name"};
constexpr std::array<std::string_view, 2> kArgumentKeys = {"arguments", "parameters"};
constexpr std::array<std::string_view, 2> kIdKeys = {"id", "tool_call_id"};

template <typename Keys>
bool is_call_key(const Keys& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// The string that JSON text is; "" when it is none.
std::string json_string_value(std::string_view json) {
  if (!is_json(json)) return "";
  const Json value = parse_json(json, "call");
  return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace

Reading JsonCalls::put(char c, DeltaList& out) {
  if (place_ == Place::in_call) return inside(c, out);
  const Reading reading = outside(c);
  return reading == Reading::more && place_ == Place::in_call ? inside(c, out) : reading;
}

Reading JsonCalls::outside(char c) {
  if (is_blank(c)) return Reading::more;
  if (place_ == Place::before && c == '[' && rules_.list) {
    in_list_ = true;
    place_ = Place::in_list;
    return Reading::more;
  }
  if (c == '{' && (place_ == Place::in_list || (place_ == Place::before && rules_.single))) {
    const JsonCallRules rules = rules_;
    const bool in_list = in_list_;
    *this = JsonCalls(rules);
    in_list_ = in_list;
    place_ = Place::in_call;
    return Reading::more;
  }
  if (place_ == Place::after_call && c == ',') {
    place_ = Place::in_list;
    return Reading::more;
  }
  return place_ == Place::after_call && c == ']' ? Reading::done : Reading::bad;
}

Reading JsonCalls::inside(char c, DeltaList& out) {
  const size_t depth_before = scanner_.depth();
  const bool string_before = scanner_.in_string();
  const JsonScanner::Step step = scanner_.put(c);
  if (step == JsonScanner::Step::wrong) return Reading::bad;
  text_ += c;
  const bool at_field = depth_before == field_depth_ && !string_before;
  if (!string_before && scanner_.in_string()) string_begin_ = text_.size() - 1;
  if (string_before && !scanner_.in_string())
    last_string_ = depth_before == field_depth_ && !in_value_ ? text_.substr(string_begin_) : "";
  if (at_field && (c == ',' || c == '}' || c == ']') && in_value_ && !value_ends())
    return Reading::bad;
  if (at_field && expect_value_ && !is_blank(c) && !value_begins(c, out)) return Reading::bad;
  if (at_field && c == ':' && !in_value_) {
    key_ = json_string_value(last_string_);
    expect_value_ = true;
  }
  if (scanner_.depth() < field_depth_) field_depth_ = 1;
  if (streaming_ && in_value_) {
    out.arguments({&c, 1});
    if (scanner_.depth() == field_depth_ && !scanner_.in_string()) {
      streaming_ = false;
      has_arguments_ = true;
    }
  }
  return step == JsonScanner::Step::last ? call_ends(out) : Reading::more;
}

bool JsonCalls::value_begins(char c, DeltaList& out) {
  expect_value_ = false;
  if (c == '{' && key_ == "function" && field_depth_ == 1) {
    field_depth_ = 2;
    return true;
  }
  in_value_ = true;
  value_begin_ = text_.size() - 1;
  if (!is_call_key(kArgumentKeys, key_))
    return !rules_.strict || key_ == "type" || key_ == "function" || is_call_key(kNameKeys, key_) ||
           is_call_key(kIdKeys, key_);
  if (has_arguments_) return false;
  if (c == '{' && !name_.empty() && (!rules_.strict || rules_.tools->allows(name_))) {
    streaming_ = true;
    out.call(name_, id_);
    sent_id_ = id_;
    arguments_.clear();
  }
  return true;
}

bool JsonCalls::value_ends() {
  in_value_ = false;
  const std::string_view value =
      trim(std::string_view(text_).substr(value_begin_, text_.size() - 1 - value_begin_));
  if (is_call_key(kNameKeys, key_) || (key_ == "function" && name_.empty()))
    name_ = json_string_value(value);
  if (is_call_key(kIdKeys, key_)) id_ = json_string_value(value);
  if (is_call_key(kArgumentKeys, key_) && !has_arguments_) {
    arguments_ = object_text(value);
    has_arguments_ = true;
    return !arguments_.empty();
  }
  return true;
}

bool JsonCalls::call_is_sound() const {
  if (name_.empty() || !is_json(text_)) return false;
  return !rules_.strict || (has_arguments_ && rules_.tools->allows(name_));
}

Reading JsonCalls::call_ends(DeltaList& out) {
  if (!call_is_sound()) return Reading::bad;
  const bool streamed = has_arguments_ && arguments_.empty();
  if (!streamed) {
    out.call(name_, id_);
    out.arguments(has_arguments_ ? arguments_ : "{}");
  } else if (id_ != sent_id_) {
    out.id(id_);
  }
  place_ = Place::after_call;
  return in_list_ ? Reading::more : Reading::done;
}

}  // namespace hearth::text
