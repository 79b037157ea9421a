#include "text/jinja/attributes.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/iterate.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {
namespace {

// What every Python object has: known, and private.
constexpr std::string_view kInternals[] = {
    "__class__",  "__delattr__",   "__dir__",         "__doc__",
    "__eq__",     "__format__",    "__ge__",          "__getattribute__",
    "__gt__",     "__hash__",      "__init__",        "__init_subclass__",
    "__le__",     "__lt__",        "__ne__",          "__new__",
    "__reduce__", "__reduce_ex__", "__repr__",        "__setattr__",
    "__sizeof__", "__str__",       "__subclasshook__"};

constexpr std::string_view kListChanges[] = {"append", "clear", "pop",    "reverse",
                                             "insert", "sort",  "extend", "remove"};
constexpr std::string_view kDictChanges[] = {"clear", "pop", "popitem", "setdefault", "update"};

template <size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool changes(const Value& object, std::string_view name) {
  return (object.is(Kind::list) && is_one_of(kListChanges, name)) ||
         (object.is(Kind::dict) && is_one_of(kDictChanges, name));
}

const Native* find_method(const Value& object, std::string_view name) {
  if (object.is_string()) return find_string_method(name);
  if (object.is_sequence() || object.is(Kind::range)) return find_list_method(name);
  return object.is(Kind::dict) ? find_dict_method(name) : nullptr;
}

// "str object", "None": how jinja2's messages name the owner of what is undefined.
std::string described(const Value& object) {
  return object.is_none() ? "None" : type_name(object) + " object";
}

Value unsafe(Evaluator& evaluator, const Value& object, std::string_view name) {
  return make_undefined(
      evaluator.box,
      fmt::format("access to attribute '{}' of '{}' object is unsafe", name, type_name(object)));
}

std::optional<Value> number_attribute(Evaluator& evaluator, const Value& number,
                                      std::string_view name) {
  const bool real = number.is(Kind::real);
  if (name == "real") return real ? number : make_integer(evaluator.box, number.wide());
  if (name == "imag") return real ? Value::real(0) : Value::integer(0);
  if (!real && name == "denominator") return Value::integer(1);
  return std::nullopt;
}

std::optional<Value> range_attribute(const Range& range, std::string_view name) {
  if (name == "start") return Value::integer(range.start);
  if (name == "stop") return Value::integer(range.stop);
  if (name == "step") return Value::integer(range.step);
  return std::nullopt;
}

std::optional<size_t> position(const Value& key, size_t size) {
  if (!key.is_integral()) return std::nullopt;
  const Wide index = key.wide() < 0 ? key.wide() + static_cast<Wide>(size) : key.wide();
  if (index < 0 || index >= static_cast<Wide>(size)) return std::nullopt;
  return static_cast<size_t>(index);
}

// object[key] without attributes; nothing for a missing key or a type that has no items.
std::optional<Value> find_item(Evaluator& evaluator, const Value& object, const Value& key) {
  if (object.is_undefined()) fail("{}", object.undefined().problem);
  if (object.is(Kind::dict)) {
    const Value* found = is_hashable(key) ? object.dict().find(key) : nullptr;
    return found == nullptr ? std::nullopt : std::optional<Value>(*found);
  }
  if (!object.is_string() && !object.is_sequence() && !object.is(Kind::range)) return std::nullopt;
  const auto at = position(key, *length_of(object));
  if (!at) return std::nullopt;
  return item_at(evaluator.box, object, *at);
}

// An attribute that was found, unless the sandbox hides it.
Value allowed(Evaluator& evaluator, const Value& object, std::string_view name, Value value) {
  if (name[0] == '_' || changes(object, name)) return unsafe(evaluator, object, name);
  return value;
}

struct Bounds {
  int64_t start, stop, step;
  size_t count;
};

int64_t bound(const Value& value, int64_t length, int64_t lowest, int64_t highest,
              int64_t fallback) {
  if (value.is_none()) return fallback;
  if (!value.is_integral())
    fail("slice indices must be integers or None, not {}", type_name(value));
  int64_t index = to_clamped_index(value);
  if (index < 0) index += length;
  return std::clamp(index, lowest, highest);
}

Bounds resolve_slice(const Value& start, const Value& stop, const Value& step, size_t size) {
  const auto length = static_cast<int64_t>(size);
  if (!step.is_none() && !step.is_integral())
    fail("slice indices must be integers or None, not {}", type_name(step));
  const int64_t stride = step.is_none() ? 1 : to_clamped_index(step);
  if (stride == 0) fail("slice step cannot be zero");
  const int64_t lowest = stride > 0 ? 0 : -1, highest = stride > 0 ? length : length - 1;
  const int64_t first = bound(start, length, lowest, highest, stride > 0 ? lowest : highest);
  const int64_t last = bound(stop, length, lowest, highest, stride > 0 ? highest : lowest);
  const int64_t distance = stride > 0 ? last - first : first - last;
  const int64_t stride_size = std::abs(stride);
  return {first, last, stride,
          distance <= 0 ? 0 : static_cast<size_t>((distance - 1) / stride_size + 1)};
}

Value slice_string(Evaluator& evaluator, const String& string, const Bounds& bounds) {
  const std::string_view text = string.text();
  evaluator.box.step_bytes(text.size());
  Text out(evaluator.box);
  if (bounds.step == 1) {
    const auto first = static_cast<size_t>(bounds.start);
    const size_t from = string.ascii() ? first : byte_offset(text, first);
    const std::string_view rest = text.substr(std::min(from, text.size()));
    out += rest.substr(0, string.ascii() ? bounds.count : byte_offset(rest, bounds.count));
    return out.value(string.safe());
  }
  std::vector<uint32_t> starts;  // of the characters
  const Reservation reservation(evaluator.box, text.size() * sizeof(uint32_t));
  starts.reserve(string.length() + 1);
  for (size_t at = 0; at < text.size(); ++at)
    if ((static_cast<uint8_t>(text[at]) & 0xC0) != 0x80)
      starts.push_back(static_cast<uint32_t>(at));
  starts.push_back(static_cast<uint32_t>(text.size()));
  for (size_t i = 0; i < bounds.count; ++i) {
    const auto at = static_cast<size_t>(bounds.start + bounds.step * static_cast<int64_t>(i));
    out += text.substr(starts[at], starts[at + 1] - starts[at]);
  }
  return out.value(string.safe());
}

Value slice_range(Evaluator& evaluator, const Range& range, const Bounds& bounds) {
  const auto fitted = [](Wide number) {
    return static_cast<int64_t>(std::clamp<Wide>(number, INT64_MIN, INT64_MAX));
  };
  const auto value_at = [&](int64_t i) { return fitted(range.start + Wide{i} * range.step); };
  return Value(Kind::range,
               make<Range>(evaluator.box, value_at(bounds.start), value_at(bounds.stop),
                           fitted(Wide{range.step} * bounds.step)));
}

}  // namespace

std::optional<Value> find_attribute(Evaluator& evaluator, const Value& object,
                                    std::string_view name) {
  if (object.is_undefined()) fail("{}", object.undefined().problem);
  if (object.is(Kind::other))
    if (auto value = object.other().attribute(evaluator, name)) return value;
  if (is_one_of(kInternals, name) || changes(object, name)) return Value();
  if (object.is_number()) return number_attribute(evaluator, object, name);
  if (object.is(Kind::range))
    if (auto value = range_attribute(object.range(), name)) return value;
  if (object.is(Kind::tuple) && object.sequence().is_group) {
    if (name == "grouper") return object.sequence()[0];
    if (name == "list") return object.sequence()[1];
  }
  const Native* method = find_method(object, name);
  if (method == nullptr) return std::nullopt;
  return make_other<NativeFunction>(evaluator.box, *method, object);
}

Value get_attribute(Evaluator& evaluator, const Value& object, std::string_view name) {
  if (auto value = find_attribute(evaluator, object, name))
    return allowed(evaluator, object, name, std::move(*value));
  if (object.is(Kind::dict))
    if (const Value* value = object.dict().find(name)) return *value;
  return make_undefined(evaluator.box,
                        fmt::format("'{}' has no attribute '{}'", described(object), name));
}

Value get_item(Evaluator& evaluator, const Value& object, const Value& key) {
  if (auto value = find_item(evaluator, object, key)) return std::move(*value);
  if (key.is_string()) {
    const std::string_view name = key.text();
    if (!name.empty())
      if (auto value = find_attribute(evaluator, object, name))
        return allowed(evaluator, object, name, std::move(*value));
    return make_undefined(evaluator.box,
                          fmt::format("'{}' has no attribute '{}'", described(object), name));
  }
  Text shown(evaluator.box);
  print_repr(evaluator, key, shown);
  return make_undefined(evaluator.box,
                        fmt::format("{} has no element {}", described(object), shown.view()));
}

Value get_slice(Evaluator& evaluator, const Value& object, const Value& start, const Value& stop,
                const Value& step) {
  if (object.is_undefined()) fail("{}", object.undefined().problem);
  if (!object.is_string() && !object.is_sequence() && !object.is(Kind::range))
    fail("'{}' object cannot be sliced", type_name(object));
  const Bounds bounds = resolve_slice(start, stop, step, *length_of(object));
  if (object.is_string()) return slice_string(evaluator, object.string(), bounds);
  if (object.is(Kind::range)) return slice_range(evaluator, object.range(), bounds);
  const auto part = make<Sequence>(evaluator.box);
  part->reserve(bounds.count);
  evaluator.box.step(bounds.count);
  for (size_t i = 0; i < bounds.count; ++i)
    part->push(
        object
            .sequence()[static_cast<size_t>(bounds.start + bounds.step * static_cast<int64_t>(i))]);
  return Value(object.kind(), part);
}

}  // namespace hearth::text::jinja
