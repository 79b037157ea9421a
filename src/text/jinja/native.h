// Functions written in C++: filters, tests, methods and globals. Each is one line of a list (.inc)
// with the names of its parameters; arguments are bound to them as Python does.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/jinja/other.h"

namespace hearth::text::jinja {

struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

class Invocation;

struct Native {
  static constexpr int kVariadic = -1;  ///< takes any arguments and looks at them itself
  static constexpr size_t kMaxParameters = 5;

  const char* name;
  Value (*run)(Invocation&);
  int required;  ///< how many of the parameters must be given, or kVariadic
  /// Without the subject. A name that starts with '/' cannot be used as a keyword.
  std::array<const char*, kMaxParameters> parameters;
};

/// One call of a native function: its subject (the filtered value, the object of a method; none for
/// globals) and its arguments, with typed access to them.
class Invocation {
 public:
  /// Throws what Python's TypeError says when the arguments do not fit.
  Invocation(Evaluator& evaluator, const Native& native, Value subject, Arguments& arguments);

  bool given(size_t i) const { return !bound_[i].is_missing(); }
  /// The argument, or `missing`.
  const Value& operator[](size_t i) const { return bound_[i]; }
  Value or_else(size_t i, Value fallback) const { return given(i) ? bound_[i] : fallback; }
  bool flag(size_t i, bool fallback) const { return given(i) ? truth(bound_[i]) : fallback; }
  /// An int or bool; throws for others. `none_too` takes None as the fallback.
  int64_t integer(size_t i, int64_t fallback, bool none_too = false) const;
  /// A str; throws for others.
  std::string_view text(size_t i) const;
  std::string_view text(size_t i, std::string_view fallback) const;
  /// The subject as a str, which it is for string methods.
  std::string_view subject_text() const { return subject.text(); }

  Value string(std::string text) const { return make_string(box, std::move(text)); }
  /// A string that is Markup when the subject is.
  Value like_subject(std::string text) const;

  Evaluator& evaluator;
  Sandbox& box;
  const Native& native;
  const Value subject;
  Arguments& arguments;  ///< as they came; for variadic functions

 private:
  std::array<Value, Native::kMaxParameters> bound_;
};

Value invoke(Evaluator& evaluator, const Native& native, Value subject, Arguments& arguments);

/// A native function as a value; a method when it has a subject.
class NativeFunction : public Other {
 public:
  NativeFunction(Sandbox& box, const Native& native, Value subject)
      : Other(box, sizeof *this), native_(native), subject_(std::move(subject)) {}
  std::string type_name() const override { return "builtin_function_or_method"; }
  std::string print(Evaluator& evaluator) override;
  bool callable() const override { return true; }
  Value call(Evaluator& evaluator, Arguments& arguments) override;

 private:
  const Native& native_;
  Value subject_;
};

/// The entry of a list that has this name, or null.
template <size_t N>
const Native* find_native(const Native (&natives)[N], std::string_view name) {
  for (const Native& native : natives)
    if (name == native.name) return &native;
  return nullptr;
}

/// An int that fits 64 bits from an int or a bool; throws what Python says for other types.
int64_t to_index(const Value& value);
/// The same for sizes and counts that are used as such: huge ones are clamped to +-2^62.
int64_t to_clamped_index(const Value& value);

}  // namespace hearth::text::jinja
