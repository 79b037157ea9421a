// Going through the items of a value, and its length.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

/// Python's iter(x) and next(). Lives no longer than the evaluator.
class Iteration {
 public:
  /// Throws when the value cannot be iterated over.
  Iteration(Evaluator& evaluator, Value source);
  bool next(Value& item);
  /// Lets go of the value; nothing can be read after.
  void drop() { source_ = Value(); }

 private:
  bool next_character(Value& item);

  Evaluator* evaluator_;
  Value source_;
  size_t at_ = 0;
};

bool is_iterable(const Value& value);
/// len(x); nothing for what has no length.
std::optional<size_t> length_of(const Value& value);
/// list(x), as a list.
Ref<Sequence> to_list(Evaluator& evaluator, const Value& value);
/// Item `i` of a string (a character), list, tuple or range.
Value item_at(Sandbox& box, const Value& sequence, size_t i);

}  // namespace hearth::text::jinja
