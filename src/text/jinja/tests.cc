#include "text/jinja/tests.h"

#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterate.h"
#include "text/jinja/operators.h"
#include "text/jinja/print.h"
#include "text/jinja/string_tests.h"

namespace hearth::text::jinja {
namespace tests {

#define HEARTH_JINJA_TEST(name, function, ...) Value function(Invocation&);
#include "text/jinja/tests.inc"
#undef HEARTH_JINJA_TEST

namespace {

Value yes_if(bool holds) { return Value::boolean(holds); }

bool remainder_is(Invocation& call, int64_t divisor, int64_t remainder) {
  const Value rest = modulo(call.evaluator, call.subject, Value::integer(divisor));
  return equal(call.box, rest, Value::integer(remainder));
}

Value in_order(Invocation& call, Order order) {
  return yes_if(ordered(call.box, order, call.subject, call[0]));
}

}  // namespace

Value equal_to(Invocation& call) { return yes_if(equal(call.box, call.subject, call[0])); }
Value not_equal(Invocation& call) { return yes_if(!equal(call.box, call.subject, call[0])); }
Value less(Invocation& call) { return in_order(call, Order::less); }
Value less_equal(Invocation& call) { return in_order(call, Order::less_equal); }
Value greater(Invocation& call) { return in_order(call, Order::greater); }
Value greater_equal(Invocation& call) { return in_order(call, Order::greater_equal); }

Value boolean(Invocation& call) { return yes_if(call.subject.is(Kind::boolean)); }
Value is_true(Invocation& call) {
  return yes_if(call.subject.is(Kind::boolean) && call.subject.as_boolean());
}
Value is_false(Invocation& call) {
  return yes_if(call.subject.is(Kind::boolean) && !call.subject.as_boolean());
}
Value callable(Invocation& call) {
  // Python's Undefined has __call__, if only to raise.
  return yes_if(call.subject.is_undefined() ||
                (call.subject.is(Kind::other) && call.subject.other().callable()));
}
Value defined(Invocation& call) { return yes_if(!call.subject.is_undefined()); }
Value undefined(Invocation& call) { return yes_if(call.subject.is_undefined()); }
Value divisible_by(Invocation& call) {
  const Value rest = modulo(call.evaluator, call.subject, call[0]);
  return yes_if(equal(call.box, rest, Value::integer(0)));
}
Value even(Invocation& call) { return yes_if(remainder_is(call, 2, 0)); }
Value odd(Invocation& call) { return yes_if(remainder_is(call, 2, 1)); }
Value escaped(Invocation& call) {
  return yes_if(call.subject.is_string() && call.subject.string().safe());
}
Value filter(Invocation& call) {
  if (!is_hashable(call.subject)) fail("unhashable type: '{}'", type_name(call.subject));
  return yes_if(call.subject.is_string() && find_filter(call.subject.text()) != nullptr);
}
Value test(Invocation& call) {
  if (!is_hashable(call.subject)) fail("unhashable type: '{}'", type_name(call.subject));
  return yes_if(call.subject.is_string() && find_test(call.subject.text()) != nullptr);
}
Value real(Invocation& call) { return yes_if(call.subject.is(Kind::real)); }
Value integer(Invocation& call) {
  return yes_if(call.subject.is(Kind::integer) || call.subject.is(Kind::wide));
}
Value in(Invocation& call) { return yes_if(contains(call.evaluator, call[0], call.subject)); }
Value iterable(Invocation& call) { return yes_if(is_iterable(call.subject)); }
Value lower(Invocation& call) {
  return yes_if(is_lower_text(to_text(call.evaluator, call.subject)));
}
Value upper(Invocation& call) {
  return yes_if(is_upper_text(to_text(call.evaluator, call.subject)));
}
Value mapping(Invocation& call) { return yes_if(call.subject.is(Kind::dict)); }
Value none(Invocation& call) { return yes_if(call.subject.is_none()); }
Value number(Invocation& call) { return yes_if(call.subject.is_number()); }
Value same_as(Invocation& call) { return yes_if(call.subject.same_as(call[0])); }
Value sequence(Invocation& call) {
  // What has a length and items: dicts too, their views not.
  return yes_if(length_of(call.subject).has_value() && !call.subject.is(Kind::view));
}
Value string(Invocation& call) { return yes_if(call.subject.is_string()); }

}  // namespace tests

namespace {

#define HEARTH_JINJA_TEST(name, function, required, ...) \
  {name, tests::function, required, {__VA_ARGS__}},
constexpr Native kTests[] = {
#include "text/jinja/tests.inc"
};
#undef HEARTH_JINJA_TEST

}  // namespace

const Native* find_test(std::string_view name) { return find_native(kTests, name); }

}  // namespace hearth::text::jinja
