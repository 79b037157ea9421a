// Values of the template language, with Python's types: None, bool, int, float, str, list, tuple,
// dict and the rest. All but namespaces and loops are immutable once a template can see them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/jinja/object.h"

namespace hearth::text::jinja {

enum class Kind : uint8_t {
  missing,  // a variable that was never set, an argument that was not given; never seen by
            // templates
  none,
  boolean,
  integer,
  real,
  // objects from here on
  wide,  // an int outside of int64
  undefined,
  string,
  list,
  tuple,
  dict,
  view,
  range,
  iterator,
  other,
};

/// Integers are Python's as far as 128 bits reach; beyond is an error, never a wrong number.
__extension__ typedef __int128 Wide;

class String;
class Sequence;
class Dict;
class DictView;
class Range;
class Iterator;
class Other;
class Undefined;

class Value {
 public:
  Value() : integer_(0) {}
  Value(Kind kind, Object* object) : kind_(kind), object_(object) { object_->hold(); }
  template <typename T>
  Value(Kind kind, const Ref<T>& object) : Value(kind, static_cast<Object*>(object.get())) {}
  Value(const Value& other) : kind_(other.kind_), integer_(other.integer_) {
    if (is_object()) object_->hold();
  }
  Value(Value&& other) noexcept : kind_(other.kind_), integer_(other.integer_) {
    other.kind_ = Kind::none;
  }
  ~Value() {
    if (is_object()) object_->drop();
  }
  Value& operator=(Value other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(integer_, other.integer_);
    return *this;
  }

  static Value missing() {
    Value v;
    v.kind_ = Kind::missing;
    return v;
  }
  static Value boolean(bool truth) {
    Value v;
    v.kind_ = Kind::boolean;
    v.integer_ = truth ? 1 : 0;
    return v;
  }
  static Value integer(int64_t number) {
    Value v;
    v.kind_ = Kind::integer;
    v.integer_ = number;
    return v;
  }
  static Value real(double number) {
    Value v;
    v.kind_ = Kind::real;
    v.real_ = number;
    return v;
  }

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_missing() const { return kind_ == Kind::missing; }
  bool is_none() const { return kind_ == Kind::none; }
  bool is_undefined() const { return kind_ == Kind::undefined; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_sequence() const { return kind_ == Kind::list || kind_ == Kind::tuple; }
  /// An int or a bool, as Python sees it.
  bool is_integral() const {
    return kind_ == Kind::integer || kind_ == Kind::boolean || kind_ == Kind::wide;
  }
  bool is_number() const { return is_integral() || kind_ == Kind::real; }
  bool is_object() const { return kind_ >= Kind::wide; }
  /// The same object, not an equal one.
  bool same_as(const Value& other) const;

  /// Only for the kind that has it.
  bool as_boolean() const { return integer_ != 0; }
  int64_t as_integer() const { return integer_; }
  double as_real() const { return real_; }
  const Object* object() const { return object_; }
  const String& string() const;
  const Sequence& sequence() const;
  const Dict& dict() const;
  const DictView& view() const;
  const Range& range() const;
  const Undefined& undefined() const;
  Iterator& iterator() const;
  Other& other() const;
  std::string_view text() const;
  /// Of an integral value.
  Wide wide() const;

 private:
  friend class Sandbox;
  Kind kind_ = Kind::none;
  union {
    int64_t integer_;
    double real_;
    Object* object_;
  };
};

static_assert(sizeof(Value) == 16);

class WideInteger : public Object {
 public:
  WideInteger(Sandbox& box, Wide its_number) : Object(box, sizeof *this), number(its_number) {}
  const Wide number;
};

/// Text in UTF-8; positions are counted in code points, as Python counts them.
class String : public Object {
 public:
  String(Sandbox& box, std::string text, bool safe);
  std::string_view text() const { return text_; }
  /// Marked as HTML that needs no escaping (markupsafe's Markup).
  bool safe() const { return safe_; }
  size_t length() const { return length_; }
  bool ascii() const { return length_ == text_.size(); }

 private:
  std::string text_;
  size_t length_;
  bool safe_;
};

/// A list or a tuple; grown only while it is being built.
class Sequence : public Object {
 public:
  explicit Sequence(Sandbox& box) : Object(box, sizeof *this) {}
  void push(Value item);
  void reserve(size_t count);
  const std::vector<Value>& items() const { return items_; }
  size_t size() const { return items_.size(); }
  const Value& operator[](size_t i) const { return items_[i]; }

  /// A (grouper, list) pair of the filter groupby, whose items have these names too.
  bool is_group = false;

 private:
  std::vector<Value> items_;
};

/// What a name, attribute or item that is not there evaluates to.
class Undefined : public Object {
 public:
  Undefined(Sandbox& box, std::string its_problem)
      : Object(box, sizeof *this + its_problem.size()), problem(std::move(its_problem)) {}
  const std::string problem;  ///< "'x' is undefined": said when the value is used
};

class Range : public Object {
 public:
  Range(Sandbox& box, int64_t its_start, int64_t its_stop, int64_t its_step);
  int64_t at(size_t i) const { return start + step * static_cast<int64_t>(i); }
  const int64_t start;
  const int64_t stop;
  const int64_t step;
  const size_t size;
};

class Evaluator;

/// Values made one by one as somebody asks for them; used up by being read.
class Iterator : public Object {
 public:
  virtual bool next(Evaluator& evaluator, Value& item) = 0;

 protected:
  using Object::Object;
};

Value make_string(Sandbox& box, std::string text, bool safe = false);
Value make_integer(Sandbox& box, Wide number);
Value make_undefined(Sandbox& box, std::string problem);
Value make_tuple(Sandbox& box, std::vector<Value> items);
inline Value list_value(const Ref<Sequence>& list) { return Value(Kind::list, list); }
inline Value tuple_value(const Ref<Sequence>& tuple) { return Value(Kind::tuple, tuple); }

/// "str", "NoneType", "dict_keys": what Python's type(x).__name__ says.
std::string type_name(const Value& value);
bool truth(const Value& value);

}  // namespace hearth::text::jinja
