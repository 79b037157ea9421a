#include "text/jinja/dict.h"

#include <cmath>
#include <functional>

#include "text/jinja/compare.h"
#include "text/jinja/error.h"

namespace hearth::text::jinja {
namespace {

constexpr size_t kScanLimit = 8;  // up to here comparing hashes one after another is faster

size_t mix(size_t hash) {
  hash *= 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 32);
}

size_t hash_text(std::string_view text) { return mix(std::hash<std::string_view>{}(text)); }

size_t hash_number(const Value& value) {
  if (value.is(Kind::real)) {
    const double x = value.as_real();
    // Doubles at and beyond 2^63 hash by their bits; an equal wide int takes the same way below.
    if (std::trunc(x) == x && std::fabs(x) < 0x1p63)
      return mix(std::hash<int64_t>{}(static_cast<int64_t>(x)));
    return mix(std::hash<double>{}(x));
  }
  if (value.is(Kind::wide)) return mix(std::hash<double>{}(static_cast<double>(value.wide())));
  return mix(std::hash<int64_t>{}(value.as_integer()));
}

size_t hash_tuple(Sandbox& box, const Sequence& tuple) {
  const Nesting nesting(box);
  size_t all = tuple.size();
  for (const Value& item : tuple.items()) all = mix(all ^ hash(box, item));
  return all;
}

}  // namespace

bool is_hashable(const Value& value) {
  if (value.is(Kind::tuple)) {
    const Nesting nesting(value.object()->box());
    for (const Value& item : value.sequence().items())
      if (!is_hashable(item)) return false;
    return true;
  }
  if (value.is(Kind::view)) return value.view().what == DictView::What::values;
  return !value.is(Kind::list) && !value.is(Kind::dict);
}

size_t hash(Sandbox& box, const Value& value) {
  box.step();
  if (value.is_number()) return hash_number(value);
  if (value.is_string()) return hash_text(value.text());
  if (value.is(Kind::tuple)) return hash_tuple(box, value.sequence());
  if (!is_hashable(value)) fail("unhashable type: '{}'", type_name(value));
  if (value.is(Kind::undefined) || !value.is_object()) return static_cast<size_t>(value.kind());
  if (value.is(Kind::range)) return mix(value.range().size);
  return mix(std::hash<const void*>{}(value.object()));
}

bool Dict::matches(const Item& item, const Value* key, std::string_view text) const {
  if (key != nullptr) return item.first.same_as(*key) || equal(box(), item.first, *key);
  return item.first.is_string() && item.first.text() == text;
}

const Value* Dict::find_hashed(size_t hash, const Value* key, std::string_view text) const {
  if (table_.empty()) {
    for (size_t i = 0; i < items_.size(); ++i)
      if (hashes_[i] == hash && matches(items_[i], key, text)) return &items_[i].second;
    return nullptr;
  }
  const size_t mask = table_.size() - 1;
  for (size_t at = hash & mask; table_[at] != 0; at = (at + 1) & mask) {
    box().step();
    const size_t i = table_[at] - 1;
    if (hashes_[i] == hash && matches(items_[i], key, text)) return &items_[i].second;
  }
  return nullptr;
}

const Value* Dict::find(const Value& key) const { return find_hashed(hash(box(), key), &key, {}); }

const Value* Dict::find(std::string_view key) const {
  return find_hashed(hash_text(key), nullptr, key);
}

void Dict::set(const Value& key, Value value) {
  const size_t h = hash(box(), key);
  if (const Value* there = find_hashed(h, &key, {})) {
    const_cast<Value&>(*there) = std::move(value);
    return;
  }
  charge(sizeof(Item) + 2 * sizeof(size_t));
  items_.emplace_back(key, std::move(value));
  hashes_.push_back(h);
  if (items_.size() > kScanLimit && items_.size() * 2 > table_.size()) {
    grow();
  } else if (!table_.empty()) {
    size_t at = h & (table_.size() - 1);
    while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
    table_[at] = static_cast<uint32_t>(items_.size());
  }
}

void Dict::grow() {
  const size_t slots = table_.empty() ? 32 : table_.size() * 2;
  charge((slots - table_.size()) * sizeof(uint32_t));
  table_.assign(slots, 0);
  for (size_t i = 0; i < items_.size(); ++i) {
    size_t at = hashes_[i] & (slots - 1);
    while (table_[at] != 0) at = (at + 1) & (slots - 1);
    table_[at] = static_cast<uint32_t>(i + 1);
  }
}

Value DictView::at(size_t i) const {
  const auto& [key, value] = dict().items()[i];
  if (what == What::keys) return key;
  if (what == What::values) return value;
  return make_tuple(box(), {key, value});
}

}  // namespace hearth::text::jinja
