// Values that are none of Python's plain types: functions, methods, macros, namespaces, loops.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

struct Arguments;

class Other : public Cyclic {
 public:
  virtual std::string type_name() const = 0;
  /// What str(x) gives.
  virtual std::string print(Evaluator& evaluator);
  /// The attribute of this name; nothing when there is none.
  virtual std::optional<Value> attribute(Evaluator& evaluator, std::string_view name);
  virtual bool callable() const { return false; }
  /// Only for what is callable.
  virtual Value call(Evaluator& evaluator, Arguments& arguments);
  void clear() override {}

 protected:
  using Cyclic::Cyclic;
};

/// Makes a T, which is an Other, and the value that holds it.
template <typename T, typename... Args>
Value make_other(Sandbox& box, Args&&... args) {
  return Value(Kind::other, make<T>(box, std::forward<Args>(args)...));
}

}  // namespace hearth::text::jinja
