#include "text/jinja/value.h"

#include <algorithm>

#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/other.h"
#include "text/jinja/unicode.h"

namespace hearth::text::jinja {

const String& Value::string() const { return *static_cast<const String*>(object_); }
const Sequence& Value::sequence() const { return *static_cast<const Sequence*>(object_); }
const Dict& Value::dict() const { return *static_cast<const Dict*>(object_); }
const DictView& Value::view() const { return *static_cast<const DictView*>(object_); }
const Range& Value::range() const { return *static_cast<const Range*>(object_); }
const Undefined& Value::undefined() const { return *static_cast<const Undefined*>(object_); }
Iterator& Value::iterator() const { return *static_cast<Iterator*>(object_); }
Other& Value::other() const { return *static_cast<Other*>(object_); }
std::string_view Value::text() const { return string().text(); }

Wide Value::wide() const {
  return kind_ == Kind::wide ? static_cast<const WideInteger*>(object_)->number : Wide{integer_};
}

bool Value::same_as(const Value& other) const {
  if (kind_ != other.kind_) return false;
  if (kind_ == Kind::real) return real_ == other.real_;
  if (kind_ == Kind::wide) return wide() == other.wide();
  // CPython interns the short strings that templates spell out; by content is the nearest rule.
  if (kind_ == Kind::string) return text() == other.text();
  if (kind_ == Kind::none || kind_ == Kind::missing) return true;
  return is_object() ? object_ == other.object_ : integer_ == other.integer_;
}

String::String(Sandbox& box, std::string text, bool safe)
    : Object(box, sizeof *this),
      text_(std::move(text)),
      length_(count_code_points(text_)),
      safe_(safe) {
  charge(text_.capacity());
}

void Sequence::reserve(size_t count) {
  if (count <= items_.capacity()) return;
  charge((count - items_.capacity()) * sizeof(Value));
  items_.reserve(count);
}

void Sequence::push(Value item) {
  if (items_.size() == items_.capacity()) reserve(std::max<size_t>(4, items_.capacity() * 2));
  items_.push_back(std::move(item));
}

namespace {

size_t range_size(int64_t start, int64_t stop, int64_t step) {
  if (step == 0) fail("range() arg 3 must not be zero");
  const Wide distance = step > 0 ? Wide{stop} - start : Wide{start} - stop;
  const Wide stride = step > 0 ? Wide{step} : -Wide{step};
  return distance <= 0 ? 0 : static_cast<size_t>((distance + stride - 1) / stride);
}

}  // namespace

Range::Range(Sandbox& box, int64_t its_start, int64_t its_stop, int64_t its_step)
    : Object(box, sizeof *this),
      start(its_start),
      stop(its_stop),
      step(its_step),
      size(range_size(its_start, its_stop, its_step)) {}

Value make_string(Sandbox& box, std::string text, bool safe) {
  box.step_bytes(text.size());
  return Value(Kind::string, make<String>(box, std::move(text), safe));
}

Value make_integer(Sandbox& box, Wide number) {
  if (number >= INT64_MIN && number <= INT64_MAX)
    return Value::integer(static_cast<int64_t>(number));
  return Value(Kind::wide, make<WideInteger>(box, number));
}

Value make_undefined(Sandbox& box, std::string problem) {
  return Value(Kind::undefined, make<Undefined>(box, std::move(problem)));
}

Value make_tuple(Sandbox& box, std::vector<Value> items) {
  const auto tuple = make<Sequence>(box);
  tuple->reserve(items.size());
  for (Value& item : items) tuple->push(std::move(item));
  return tuple_value(tuple);
}

std::string type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::none:
      return "NoneType";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
    case Kind::wide:
      return "int";
    case Kind::real:
      return "float";
    case Kind::undefined:
      return "Undefined";
    case Kind::string:
      return value.string().safe() ? "Markup" : "str";
    case Kind::list:
      return "list";
    case Kind::tuple:
      return "tuple";
    case Kind::dict:
      return "dict";
    case Kind::view: {
      static constexpr const char* kNames[] = {"dict_keys", "dict_values", "dict_items"};
      return kNames[static_cast<size_t>(value.view().what)];
    }
    case Kind::range:
      return "range";
    case Kind::iterator:
      return "generator";
    case Kind::other:
      return value.other().type_name();
  }
  return "";
}

bool truth(const Value& value) {
  switch (value.kind()) {
    case Kind::missing:
    case Kind::none:
    case Kind::undefined:
      return false;
    case Kind::boolean:
    case Kind::integer:
      return value.as_integer() != 0;
    case Kind::real:
      return value.as_real() != 0;
    case Kind::string:
      return !value.text().empty();
    case Kind::list:
    case Kind::tuple:
      return value.sequence().size() != 0;
    case Kind::dict:
      return value.dict().size() != 0;
    case Kind::view:
      return value.view().dict().size() != 0;
    case Kind::range:
      return value.range().size != 0;
    case Kind::wide:
    case Kind::iterator:
    case Kind::other:
      return true;
  }
  return true;
}

}  // namespace hearth::text::jinja
