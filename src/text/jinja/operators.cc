#include "text/jinja/operators.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "text/jinja/compare.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/format.h"
#include "text/jinja/markup.h"
#include "text/jinja/native.h"
#include "text/jinja/number.h"
#include "text/jinja/text.h"

namespace hearth::text::jinja {
namespace {

[[noreturn]] void unsupported(const char* symbol, const Value& a, const Value& b) {
  for (const Value* operand : {&a, &b})
    if (operand->is_undefined()) fail("{}", operand->undefined().problem);
  fail("unsupported operand types for {}: '{}' and '{}'", symbol, type_name(a), type_name(b));
}

Value checked(Evaluator& evaluator, bool overflow, Wide result) {
  if (overflow) fail("the result is an integer beyond 128 bits");
  return make_integer(evaluator.box, result);
}

bool both_integral(const Value& a, const Value& b) { return a.is_integral() && b.is_integral(); }
bool both_numbers(const Value& a, const Value& b) { return a.is_number() && b.is_number(); }

struct Division {
  double quotient, remainder;
};

// Floor division of floats, the remainder taking the sign of the divisor.
Division divide_floor(double a, double b) {
  if (b == 0) fail("division by zero");
  double remainder = std::fmod(a, b);
  double quotient = (a - remainder) / b;
  if (remainder != 0) {
    if ((b < 0) != (remainder < 0)) {
      remainder += b;
      quotient -= 1;
    }
  } else {
    remainder = std::copysign(0.0, b);
  }
  if (quotient == 0) return {std::copysign(0.0, a / b), remainder};
  const double floor = std::floor(quotient);
  return {quotient - floor > 0.5 ? floor + 1 : floor, remainder};
}

Value divide_integers(Evaluator& evaluator, Wide a, Wide b, bool want_remainder) {
  if (b == 0) fail("division by zero");
  if (b == -1) {  // the one quotient that can overflow
    Wide negated = 0;
    const bool overflow = __builtin_sub_overflow(Wide{0}, a, &negated);
    return want_remainder ? Value::integer(0) : checked(evaluator, overflow, negated);
  }
  Wide quotient = a / b, remainder = a % b;
  if (remainder != 0 && (remainder < 0) != (b < 0)) {
    --quotient;
    remainder += b;
  }
  return make_integer(evaluator.box, want_remainder ? remainder : quotient);
}

Value power_of_integers(Evaluator& evaluator, Wide base, Wide exponent) {
  Wide result = 1;
  bool overflow = false;
  while (true) {
    if (exponent & 1) overflow |= __builtin_mul_overflow(result, base, &result);
    exponent >>= 1;
    if (exponent == 0 || overflow) return checked(evaluator, overflow, result);
    // What is left of the exponent uses the square, so that its overflow is the result's.
    if (__builtin_mul_overflow(base, base, &base)) return checked(evaluator, true, 0);
  }
}

Value power_of_reals(double base, double exponent) {
  if (base == 0 && exponent < 0) fail("0.0 cannot be raised to a negative power");
  if (base < 0 && std::isfinite(exponent) && exponent != std::floor(exponent))
    fail("a negative number to a fractional power is complex, which is not available");
  const double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent))
    fail("numerical result out of range");
  return Value::real(result);
}

Value concatenate(Evaluator& evaluator, const Value& a, const Value& b) {
  if (a.string().safe() || b.string().safe()) {
    Text text(evaluator.box);
    append_escaped(evaluator, a, text);
    append_escaped(evaluator, b, text);
    return text.value(true);
  }
  Text text(evaluator.box);
  text += a.text();
  text += b.text();
  return text.value();
}

Value join_sequences(Evaluator& evaluator, const Value& a, const Value& b) {
  const auto joined = make<Sequence>(evaluator.box);
  joined->reserve(a.sequence().size() + b.sequence().size());
  for (const Value* part : {&a, &b})
    for (const Value& item : part->sequence().items()) {
      evaluator.box.step();
      joined->push(item);
    }
  return Value(a.kind(), joined);
}

Value repeat(Evaluator& evaluator, const Value& what, const Value& count) {
  const auto times = static_cast<size_t>(std::max<int64_t>(0, to_index(count)));
  if (what.is_string()) {
    Text text(evaluator.box);
    text.repeat(what.text(), times);
    return text.value(what.string().safe());
  }
  const std::vector<Value>& items = what.sequence().items();
  const auto repeated = make<Sequence>(evaluator.box);
  if (!items.empty() && times > (size_t{1} << 40) / items.size())
    evaluator.box.charge(size_t{1} << 40);  // refuses
  repeated->reserve(items.size() * times);
  for (size_t i = 0; i < items.size() * times; ++i) {
    evaluator.box.step();
    repeated->push(items[i % items.size()]);
  }
  return Value(what.kind(), repeated);
}

Value subtract(Evaluator& evaluator, const Value& a, const Value& b) {
  if (!both_numbers(a, b)) unsupported("-", a, b);
  if (!both_integral(a, b)) return Value::real(to_double(a) - to_double(b));
  Wide result = 0;
  const bool overflow = __builtin_sub_overflow(a.wide(), b.wide(), &result);
  return checked(evaluator, overflow, result);
}

Value divide(Evaluator&, const Value& a, const Value& b) {
  if (!both_numbers(a, b)) unsupported("/", a, b);
  const double divisor = to_double(b);
  if (divisor == 0) fail("division by zero");
  return Value::real(to_double(a) / divisor);
}

Value floor_divide(Evaluator& evaluator, const Value& a, const Value& b) {
  if (!both_numbers(a, b)) unsupported("//", a, b);
  if (both_integral(a, b)) return divide_integers(evaluator, a.wide(), b.wide(), false);
  return Value::real(divide_floor(to_double(a), to_double(b)).quotient);
}

Value power(Evaluator& evaluator, const Value& a, const Value& b) {
  if (!both_numbers(a, b)) unsupported("**", a, b);
  if (both_integral(a, b) && b.wide() >= 0) return power_of_integers(evaluator, a.wide(), b.wide());
  return power_of_reals(to_double(a), to_double(b));
}

constexpr Operator kOperators[] = {
    {"+", add},           {"-", subtract}, {"*", multiply}, {"/", divide},
    {"//", floor_divide}, {"%", modulo},   {"**", power},
};

template <Order order>
bool compare(Evaluator& evaluator, const Value& a, const Value& b) {
  return ordered(evaluator.box, order, a, b);
}

constexpr Comparator kComparators[] = {
    {"==", [](Evaluator& e, const Value& a, const Value& b) { return equal(e.box, a, b); }},
    {"!=", [](Evaluator& e, const Value& a, const Value& b) { return !equal(e.box, a, b); }},
    {"<", compare<Order::less>},
    {"<=", compare<Order::less_equal>},
    {">", compare<Order::greater>},
    {">=", compare<Order::greater_equal>},
    {"in", [](Evaluator& e, const Value& a, const Value& b) { return contains(e, b, a); }},
    {"not in", [](Evaluator& e, const Value& a, const Value& b) { return !contains(e, b, a); }},
};

template <typename T, size_t N>
const T* find_symbol(const T (&list)[N], std::string_view symbol) {
  const T* it = std::find_if(std::begin(list), std::end(list),
                             [&](const T& entry) { return entry.symbol == symbol; });
  return it == std::end(list) ? nullptr : it;
}

}  // namespace

Value add(Evaluator& evaluator, const Value& a, const Value& b) {
  if (both_integral(a, b)) {
    Wide result = 0;
    const bool overflow = __builtin_add_overflow(a.wide(), b.wide(), &result);
    return checked(evaluator, overflow, result);
  }
  if (both_numbers(a, b)) return Value::real(to_double(a) + to_double(b));
  if (a.is_string() && b.is_string()) return concatenate(evaluator, a, b);
  if (a.is_sequence() && a.kind() == b.kind()) return join_sequences(evaluator, a, b);
  unsupported("+", a, b);
}

Value multiply(Evaluator& evaluator, const Value& a, const Value& b) {
  if (both_integral(a, b)) {
    Wide result = 0;
    const bool overflow = __builtin_mul_overflow(a.wide(), b.wide(), &result);
    return checked(evaluator, overflow, result);
  }
  if (both_numbers(a, b)) return Value::real(to_double(a) * to_double(b));
  if ((a.is_string() || a.is_sequence()) && b.is_integral()) return repeat(evaluator, a, b);
  if ((b.is_string() || b.is_sequence()) && a.is_integral()) return repeat(evaluator, b, a);
  unsupported("*", a, b);
}

Value modulo(Evaluator& evaluator, const Value& a, const Value& b) {
  if (a.is_string()) return format_percent(evaluator, a, b);
  if (!both_numbers(a, b)) unsupported("%", a, b);
  if (both_integral(a, b)) return divide_integers(evaluator, a.wide(), b.wide(), true);
  return Value::real(divide_floor(to_double(a), to_double(b)).remainder);
}

Value unary(Evaluator& evaluator, char op, const Value& operand) {
  if (operand.is_undefined()) fail("{}", operand.undefined().problem);
  if (!operand.is_number()) fail("bad operand type for unary {}: '{}'", op, type_name(operand));
  if (operand.is(Kind::real))
    return Value::real(op == '-' ? -operand.as_real() : operand.as_real());
  Wide result = operand.wide();
  const bool overflow = op == '-' && __builtin_sub_overflow(Wide{0}, operand.wide(), &result);
  return checked(evaluator, overflow, result);
}

const Operator* find_operator(std::string_view symbol) { return find_symbol(kOperators, symbol); }

const Comparator* find_comparator(std::string_view symbol) {
  return find_symbol(kComparators, symbol);
}

}  // namespace hearth::text::jinja
