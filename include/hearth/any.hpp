// `Any` holds a property value of any type; `AnyMap` maps property names to them; `Property<T>` is
// a name that makes such a pair when called, so that `f(max_new_tokens(100))` reads as in OpenVINO.
#pragma once

#include <any>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace hearth {

class Any {
 public:
  Any() = default;
  Any(const char* text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  template <typename T, typename = std::enable_if_t<!std::is_same_v<std::decay_t<T>, Any> &&
                                                    !std::is_same_v<std::decay_t<T>, std::any>>>
  Any(T&& value) : value_(std::forward<T>(value)) {}  // NOLINT(google-explicit-constructor)

  bool empty() const { return !value_.has_value(); }
  template <typename T>
  bool is() const {
    return std::any_cast<T>(&value_) != nullptr;
  }
  template <typename T>
  const T* get_if() const {
    return std::any_cast<T>(&value_);
  }

  // Conversions between the plain kinds: any number to any number that holds it, and text that
  // spells one. Empty when the value cannot be seen that way.
  std::optional<bool> to_bool() const;
  std::optional<int64_t> to_int() const;
  std::optional<double> to_double() const;
  std::optional<std::string> to_text() const;

  /// The value as a T, converting between plain kinds. Throws bad_input when it cannot.
  template <typename T>
  T as() const {
    if (const T* exact = std::any_cast<T>(&value_)) return *exact;
    if constexpr (std::is_same_v<T, bool>) {
      if (auto v = to_bool()) return *v;
    } else if constexpr (std::is_integral_v<T>) {
      if (auto v = to_int(); v && std::in_range<T>(*v)) return static_cast<T>(*v);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (auto v = to_double()) return static_cast<T>(*v);
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (auto v = to_text()) return *v;
    }
    throw_bad_cast();
  }

 private:
  [[noreturn]] void throw_bad_cast() const;
  std::any value_;
};

using AnyMap = std::map<std::string, Any>;

template <typename T>
class Property {
 public:
  constexpr explicit Property(const char* name) : name_(name) {}
  template <typename... Args>
  std::pair<std::string, Any> operator()(Args&&... args) const {
    return {name_, Any(T(std::forward<Args>(args)...))};
  }
  const char* name() const { return name_; }

 private:
  const char* name_;
};

/// True when every type is a (name, value) pair: tells property lists from other overloads.
template <typename... Ts>
inline constexpr bool all_properties_v = sizeof...(Ts) > 0 &&
                                         (std::is_convertible_v<Ts, std::pair<std::string, Any>> &&
                                          ...);

}  // namespace hearth
