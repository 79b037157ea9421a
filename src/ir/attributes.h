// The attributes of a node: few, named, typed. Kept in the order in which they were set, which is
// the order in which they are written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hearth/element_type.hpp"
#include "hearth/shape.hpp"

namespace hearth::ir {

using AttrValue = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>,
                               ElementType, PartialShape>;

class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<std::string, AttrValue>> items) : items_(items) {}

  const AttrValue* find(std::string_view name) const {
    for (const auto& [key, value] : items_)
      if (key == name) return &value;
    return nullptr;
  }
  void set(std::string_view name, AttrValue value) {
    for (auto& [key, old] : items_) {
      if (key != name) continue;
      old = std::move(value);
      return;
    }
    items_.emplace_back(name, std::move(value));
  }
  /// The attribute as a T. The schema has checked that it is there with this type (see schema.h),
  /// so anything else is a mistake of ours and std::bad_variant_access.
  template <typename T>
  const T& get(std::string_view name) const {
    const AttrValue* value = find(name);
    if (value == nullptr) throw std::bad_variant_access();
    return std::get<T>(*value);
  }
  bool flag(std::string_view name) const { return get<bool>(name); }
  int64_t integer(std::string_view name) const { return get<int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }

  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  size_t size() const { return items_.size(); }
  bool operator==(const Attributes& other) const = default;

 private:
  std::vector<std::pair<std::string, AttrValue>> items_;
};

}  // namespace hearth::ir
