#include "hearth/any.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace hearth {
namespace {

template <typename... Ts>
std::optional<int64_t> int_from(const std::any& value) {
  std::optional<int64_t> out;
  const auto attempt = [&](const auto* v) {
    if (v != nullptr && std::in_range<int64_t>(*v)) out = static_cast<int64_t>(*v);
  };
  (attempt(std::any_cast<Ts>(&value)), ...);
  return out;
}

std::optional<int64_t> any_int(const std::any& v) {
  return int_from<int, unsigned, long, unsigned long, long long, unsigned long long, short,
                  unsigned short, signed char, unsigned char>(v);
}

}  // namespace

std::optional<bool> Any::to_bool() const {
  if (const bool* v = get_if<bool>()) return *v;
  if (const auto v = any_int(value_); v && (*v == 0 || *v == 1)) return *v == 1;
  if (const auto* text = get_if<std::string>()) {
    if (*text == "YES" || *text == "true" || *text == "TRUE" || *text == "1") return true;
    if (*text == "NO" || *text == "false" || *text == "FALSE" || *text == "0") return false;
  }
  return std::nullopt;
}

std::optional<int64_t> Any::to_int() const {
  if (const auto v = any_int(value_)) return v;
  if (const bool* v = get_if<bool>()) return *v ? 1 : 0;
  if (const auto* text = get_if<std::string>()) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error == std::errc() && end == text->data() + text->size()) return value;
  }
  return std::nullopt;
}

std::optional<double> Any::to_double() const {
  if (const float* v = get_if<float>()) return *v;
  if (const double* v = get_if<double>()) return *v;
  if (const auto v = any_int(value_)) return static_cast<double>(*v);
  if (const auto* text = get_if<std::string>()) {
    double value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error == std::errc() && end == text->data() + text->size() && std::isfinite(value))
      return value;
  }
  return std::nullopt;
}

std::optional<std::string> Any::to_text() const {
  if (const auto* text = get_if<std::string>()) return *text;
  if (const bool* v = get_if<bool>()) return *v ? "YES" : "NO";
  if (const auto v = any_int(value_)) return std::to_string(*v);
  if (const float* v = get_if<float>()) return fmt::format("{}", *v);
  if (const double* v = get_if<double>()) return fmt::format("{}", *v);
  return std::nullopt;
}

void Any::throw_bad_cast() const {
  if (empty()) bad_input("a property has no value");
  if (const auto text = to_text()) bad_input("the property value `{}` is of the wrong kind", *text);
  bad_input("a property holds a value of the wrong kind");
}

}  // namespace hearth
