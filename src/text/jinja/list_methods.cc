// The methods of list, tuple, range and dict. Those that would change them are not here: the
// sandbox refuses them by name.

#include <algorithm>

#include "text/jinja/attributes.h"
#include "text/jinja/compare.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/iterate.h"
#include "text/jinja/print.h"

namespace hearth::text::jinja {
namespace list_methods {

#define HEARTH_LIST_METHOD(name, function, ...) Value function(Invocation&);
#define HEARTH_DICT_METHOD(name, function, ...)
#include "text/jinja/list_methods.inc"
#undef HEARTH_LIST_METHOD
#undef HEARTH_DICT_METHOD

Value copy(Invocation& call) {
  if (!call.subject.is(Kind::list)) fail("'{}' object has no copy()", type_name(call.subject));
  return list_value(to_list(call.evaluator, call.subject));
}

Value count(Invocation& call) {
  int64_t found = 0;
  Iteration iteration(call.evaluator, call.subject);
  for (Value item; iteration.next(item);) found += equal(call.box, item, call[0]) ? 1 : 0;
  return Value::integer(found);
}

Value index(Invocation& call) {
  if (call.subject.is(Kind::range) && call.given(1))
    fail("range.index() takes exactly one argument");
  const auto size = static_cast<int64_t>(*length_of(call.subject));
  const auto bound = [&](size_t argument, int64_t fallback) {
    const int64_t at = call.integer(argument, fallback);
    return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const int64_t end = bound(2, size);
  for (int64_t i = bound(1, 0); i < end; ++i) {
    const Value item = item_at(call.box, call.subject, static_cast<size_t>(i));
    if (equal(call.box, item, call[0])) return Value::integer(i);
  }
  Text shown(call.box);
  print_repr(call.evaluator, call[0], shown);
  fail("{} is not in the {}", shown.view(), type_name(call.subject));
}

}  // namespace list_methods

namespace dict_methods {

#define HEARTH_LIST_METHOD(name, function, ...)
#define HEARTH_DICT_METHOD(name, function, ...) Value function(Invocation&);
#include "text/jinja/list_methods.inc"
#undef HEARTH_LIST_METHOD
#undef HEARTH_DICT_METHOD

namespace {

Value view(Invocation& call, DictView::What what) {
  return Value(Kind::view, make<DictView>(call.box, call.subject, what));
}

}  // namespace

Value copy(Invocation& call) { return call.subject; }

Value get(Invocation& call) {
  const Value* found = call.subject.dict().find(call[0]);
  return found != nullptr ? *found : call.or_else(1, Value());
}

Value items(Invocation& call) { return view(call, DictView::What::items); }
Value keys(Invocation& call) { return view(call, DictView::What::keys); }
Value values(Invocation& call) { return view(call, DictView::What::values); }

}  // namespace dict_methods

namespace {

#define HEARTH_LIST_METHOD(name, function, required, ...) \
  {name, list_methods::function, required, {__VA_ARGS__}},
#define HEARTH_DICT_METHOD(name, function, required, ...)
constexpr Native kListMethods[] = {
#include "text/jinja/list_methods.inc"
};
#undef HEARTH_LIST_METHOD
#undef HEARTH_DICT_METHOD

#define HEARTH_LIST_METHOD(name, function, required, ...)
#define HEARTH_DICT_METHOD(name, function, required, ...) \
  {name, dict_methods::function, required, {__VA_ARGS__}},
constexpr Native kDictMethods[] = {
#include "text/jinja/list_methods.inc"
};
#undef HEARTH_LIST_METHOD
#undef HEARTH_DICT_METHOD

}  // namespace

const Native* find_list_method(std::string_view name) { return find_native(kListMethods, name); }
const Native* find_dict_method(std::string_view name) { return find_native(kDictMethods, name); }

}  // namespace hearth::text::jinja
