#include "base/json.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/utf8.h"

namespace hearth {
namespace {

// What was found, short enough for a message.
std::string describe(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) {
    text.resize(57);
    text.resize(text.size() - incomplete_utf8_suffix(text));
    text += "...";
  }
  return fmt::format("{} ({})", text, value.type_name());
}

}  // namespace

Json read_json_file(const std::filesystem::path& path) {
  return parse_json(read_text_file(path), path.string());
}

// Not through Json: a vocabulary has hundreds of thousands of strings, and a serializer for each
// costs more than the string.
void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  std::string repaired;
  if (!is_utf8(text)) text = repaired = replace_invalid_utf8(text);
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  };
  out += '"';
  while (!text.empty()) {
    const auto special = std::find_if_not(text.begin(), text.end(), is_plain);
    const auto plain = static_cast<size_t>(special - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text.front();
    text.remove_prefix(1);
    if (const size_t at = kEscaped.find(c); at != std::string_view::npos) {
      out += {'\\', kLetters[at]};
    } else {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    }
  }
  out += '"';
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

JsonObject::JsonObject(const Json& value, std::string source, std::string where)
    : value_(&value), source_(std::move(source)), where_(std::move(where)) {
  if (!value.is_object())
    bad_input("{}: {} should be an object, but is {}", source_,
              where_.empty() ? "the top level" : where_, describe(value));
}

std::string JsonObject::name_of(const std::string& key) const {
  return fmt::format("{}: {}{}{}", source_, where_, where_.empty() ? "" : ".", key);
}

const Json* JsonObject::find(const std::string& key) const {
  const auto it = value_->find(key);
  return it == value_->end() || it->is_null() ? nullptr : &*it;
}

bool JsonObject::has(const std::string& key) const { return find(key) != nullptr; }

const Json& JsonObject::required(const std::string& key) const {
  const Json* found = find(key);
  if (found == nullptr) bad_input("{} is missing", name_of(key));
  return *found;
}

void JsonObject::wrong_type(const std::string& key, const char* expected) const {
  bad_input("{} should be {}, but is {}", name_of(key), expected, describe(required(key)));
}

JsonObject JsonObject::object(const std::string& key) const {
  const Json& v = required(key);
  if (!v.is_object()) wrong_type(key, "an object");
  return {v, source_, where_.empty() ? key : where_ + "." + key};
}

int64_t JsonObject::integer(const std::string& key, int64_t min, int64_t max) const {
  const Json& v = required(key);
  if (!v.is_number_integer()) wrong_type(key, "an integer");
  const bool too_large = v.is_number_unsigned() && v.get<uint64_t>() > uint64_t{INT64_MAX};
  const int64_t value = too_large ? INT64_MAX : v.get<int64_t>();
  if (too_large || value < min || value > max)
    bad_input("{} is {}, outside of {} to {}", name_of(key), v.dump(), min, max);
  return value;
}

int64_t JsonObject::integer(const std::string& key, int64_t min, int64_t max,
                            int64_t fallback) const {
  return has(key) ? integer(key, min, max) : fallback;
}

double JsonObject::number(const std::string& key) const {
  const Json& v = required(key);
  if (!v.is_number()) wrong_type(key, "a number");
  const double value = v.get<double>();
  if (!std::isfinite(value)) wrong_type(key, "a finite number");
  return value;
}

double JsonObject::number(const std::string& key, double fallback) const {
  return has(key) ? number(key) : fallback;
}

bool JsonObject::boolean(const std::string& key, bool fallback) const {
  if (!has(key)) return fallback;
  if (!required(key).is_boolean()) wrong_type(key, "true or false");
  return required(key).get<bool>();
}

std::string JsonObject::text(const std::string& key) const {
  const Json& v = required(key);
  if (!v.is_string()) wrong_type(key, "a string");
  return v.get<std::string>();
}

std::string JsonObject::text(const std::string& key, const std::string& fallback) const {
  return has(key) ? text(key) : fallback;
}

std::vector<double> JsonObject::numbers(const std::string& key) const {
  const Json& v = required(key);
  std::vector<double> out;
  if (!v.is_array()) wrong_type(key, "a list of numbers");
  for (const Json& item : v) {
    if (!item.is_number() || !std::isfinite(item.get<double>()))
      wrong_type(key, "a list of finite numbers");
    out.push_back(item.get<double>());
  }
  return out;
}

std::vector<int64_t> JsonObject::integers(const std::string& key) const {
  const Json& v = required(key);
  if (v.is_number_integer()) return {integer(key, INT64_MIN, INT64_MAX)};
  std::vector<int64_t> out;
  if (!v.is_array()) wrong_type(key, "an integer or a list of integers");
  for (const Json& item : v) {
    const bool too_large = item.is_number_unsigned() && item.get<uint64_t>() > uint64_t{INT64_MAX};
    if (!item.is_number_integer() || too_large) wrong_type(key, "an integer or a list of integers");
    out.push_back(item.get<int64_t>());
  }
  return out;
}

std::vector<std::string> JsonObject::texts(const std::string& key) const {
  const Json& v = required(key);
  std::vector<std::string> out;
  if (!v.is_array()) wrong_type(key, "a list of strings");
  for (const Json& item : v) {
    if (!item.is_string()) wrong_type(key, "a list of strings");
    out.push_back(item.get<std::string>());
  }
  return out;
}

}  // namespace hearth
