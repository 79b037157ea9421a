// Dictionaries that keep their order, their keys(), values() and items(), and the hashing of keys.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

class Dict : public Object {
 public:
  using Item = std::pair<Value, Value>;

  explicit Dict(Sandbox& box) : Object(box, sizeof *this) {}
  /// A key that is there keeps its place and takes the new value. Throws for unhashable keys.
  void set(const Value& key, Value value);
  /// Null when absent. Throws for unhashable keys.
  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const;
  const std::vector<Item>& items() const { return items_; }
  size_t size() const { return items_.size(); }

 private:
  const Value* find_hashed(size_t hash, const Value* key, std::string_view text) const;
  bool matches(const Item& item, const Value* key, std::string_view text) const;
  void grow();

  std::vector<Item> items_;
  std::vector<size_t> hashes_;   // of items_
  std::vector<uint32_t> table_;  // open addressing: index + 1, 0 is free; none below 9 items
};

class DictView : public Object {
 public:
  enum class What : uint8_t { keys, values, items };
  DictView(Sandbox& box, Value dict, What its_what)
      : Object(box, sizeof *this), what(its_what), dict_(std::move(dict)) {}
  const Dict& dict() const { return dict_.dict(); }
  Value at(size_t i) const;
  const What what;

 private:
  Value dict_;
};

inline Value dict_value(const Ref<Dict>& dict) { return Value(Kind::dict, dict); }

/// Equal values have equal hashes (1, 1.0 and true). Throws for lists, dicts and their like.
size_t hash(Sandbox& box, const Value& value);
bool is_hashable(const Value& value);

}  // namespace hearth::text::jinja
