// The `attribute=` of filters: "address.city", "items.0" or a number, looked up in every item.
#pragma once

#include <vector>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

class Path {
 public:
  /// None is the item itself.
  Path(Sandbox& box, const Value& attribute);
  /// `fallback` takes the place of what is undefined, unless it is None.
  Value of(Evaluator& evaluator, Value item, const Value& fallback = {}) const;

 private:
  std::vector<Value> parts_;
};

/// Strings in lower case, other values as they are: how filters compare unless told otherwise.
Value ignoring_case(Evaluator& evaluator, const Value& value);

}  // namespace hearth::text::jinja
