// A JSON value in the public API: what chat messages, tools and template variables are made of.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/any.hpp"

namespace hearth::genai {

class JsonContainer {
 public:
  JsonContainer();                          ///< an empty object
  JsonContainer(bool value);                // NOLINT(google-explicit-constructor)
  JsonContainer(int value);                 // NOLINT(google-explicit-constructor)
  JsonContainer(int64_t value);             // NOLINT(google-explicit-constructor)
  JsonContainer(double value);              // NOLINT(google-explicit-constructor)
  JsonContainer(const std::string& value);  // NOLINT(google-explicit-constructor)
  JsonContainer(const char* value);         // NOLINT(google-explicit-constructor)
  JsonContainer(std::nullptr_t);            // NOLINT(google-explicit-constructor)
  JsonContainer(std::initializer_list<std::pair<std::string, Any>> members);
  explicit JsonContainer(const AnyMap& members);
  JsonContainer(const JsonContainer& other);
  JsonContainer(JsonContainer&& other) noexcept;
  JsonContainer& operator=(const JsonContainer& other);
  JsonContainer& operator=(JsonContainer&& other) noexcept;
  ~JsonContainer();

  static JsonContainer object();
  static JsonContainer array();
  /// Throws bad_input when the text is no JSON.
  static JsonContainer from_json_string(const std::string& text);
  std::string to_json_string(int indent = -1) const;

  bool is_null() const;
  bool is_boolean() const;
  bool is_number() const;
  bool is_string() const;
  bool is_array() const;
  bool is_object() const;
  std::optional<bool> as_bool() const;
  std::optional<int64_t> as_int() const;
  std::optional<double> as_double() const;
  std::optional<std::string> as_string() const;

  bool contains(const std::string& key) const;
  size_t size() const;
  bool empty() const { return size() == 0; }
  /// A copy of a member or element; null when it is not there.
  JsonContainer operator[](const std::string& key) const;
  JsonContainer operator[](const char* key) const { return (*this)[std::string(key)]; }
  JsonContainer operator[](size_t index) const;
  JsonContainer operator[](int index) const { return (*this)[static_cast<size_t>(index)]; }
  void set(const std::string& key, const JsonContainer& value);
  JsonContainer& push_back(const JsonContainer& value);
  void erase(size_t index);
  void clear();
  bool operator==(const JsonContainer& other) const;

  class Impl;
  const Impl& impl() const { return *impl_; }
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::genai
