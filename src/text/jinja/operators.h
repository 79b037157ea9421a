// The operators of expressions, as lists, with Python's meaning for every pair of types.
#pragma once

#include <string_view>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

struct Operator {
  std::string_view symbol;
  Value (*apply)(Evaluator&, const Value&, const Value&);
};
/// Null when there is no such operator.
const Operator* find_operator(std::string_view symbol);

/// `in` and `not in` included.
struct Comparator {
  std::string_view symbol;
  bool (*apply)(Evaluator&, const Value&, const Value&);
};
const Comparator* find_comparator(std::string_view symbol);

Value add(Evaluator& evaluator, const Value& a, const Value& b);
Value modulo(Evaluator& evaluator, const Value& a, const Value& b);
Value multiply(Evaluator& evaluator, const Value& a, const Value& b);
/// op is '+' or '-'.
Value unary(Evaluator& evaluator, char op, const Value& operand);

}  // namespace hearth::text::jinja
