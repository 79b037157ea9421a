#include "text/jinja/globals.h"

#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/iterate.h"
#include "text/jinja/namespace.h"
#include "text/jinja/print.h"
#include "text/jinja/strftime.h"

namespace hearth::text::jinja {
namespace globals {

#define HEARTH_GLOBAL(name, function, ...) Value function(Invocation&);
#include "text/jinja/globals.inc"
#undef HEARTH_GLOBAL

namespace {

constexpr size_t kMaxRange = 100'000;  // the sandbox's

// The entries of dict(...) and namespace(...): a dict or pairs, then keywords.
void collect(Invocation& call, const std::function<void(const Value&, const Value&)>& set) {
  const Arguments& arguments = call.arguments;
  if (arguments.positional.size() > 1)
    fail("{}() takes at most 1 positional argument ({} given)", call.native.name,
         arguments.positional.size());
  if (!arguments.positional.empty() && arguments.positional[0].is(Kind::dict)) {
    for (const auto& [key, value] : arguments.positional[0].dict().items()) set(key, value);
  } else if (!arguments.positional.empty()) {
    Iteration iteration(call.evaluator, arguments.positional[0]);
    for (Value item; iteration.next(item);) {
      const Ref<Sequence> pair = to_list(call.evaluator, item);
      if (pair->size() != 2)
        fail("{}() needs pairs, but one item has {} elements", call.native.name, pair->size());
      set((*pair)[0], (*pair)[1]);
    }
  }
  for (const auto& [name, value] : arguments.named) set(call.string(name), value);
}

}  // namespace

Value cycler(Invocation& call) {
  if (!call.arguments.named.empty()) fail("cycler() takes no keyword arguments");
  return make_other<Cycler>(call.box, call.arguments.positional);
}

Value dict(Invocation& call) {
  const auto made = make<Dict>(call.box);
  collect(call, [&](const Value& key, const Value& value) { made->set(key, value); });
  return dict_value(made);
}

Value joiner(Invocation& call) {
  return make_other<Joiner>(call.box, call.given(0) ? call[0] : call.string(", "));
}

Value lipsum(Invocation&) {
  fail("lipsum() is not available: a chat template must give the same text every time");
}

Value namespace_(Invocation& call) {
  const auto made = make<Namespace>(call.box);
  collect(call, [&](const Value& key, const Value& value) { made->set(key, value); });
  return Value(Kind::other, made);
}

Value raise_exception(Invocation& call) {
  throw Error("raise_exception: " + to_text(call.evaluator, call[0]));
}

Value range(Invocation& call) {
  const bool has_stop = call.given(1);
  const int64_t first = to_index(call[0]);
  const auto made =
      make<Range>(call.box, has_stop ? first : 0, has_stop ? to_index(call[1]) : first,
                  call.given(2) ? to_index(call[2]) : 1);
  if (made->size > kMaxRange) fail("the range has more than {} items", kMaxRange);
  return Value(Kind::range, made);
}

Value strftime_now(Invocation& call) {
  constexpr size_t kLongestFormat = 1000;  // each directive may ask the C library
  if (call.text(0).size() > kLongestFormat)
    fail("the time format has {} bytes, more than {}", call.text(0).size(), kLongestFormat);
  return call.string(format_time(call.text(0), std::chrono::system_clock::now()));
}

}  // namespace globals

namespace {

#define HEARTH_GLOBAL(name, function, required, ...) \
  {name, globals::function, required, {__VA_ARGS__}},
constexpr Native kGlobals[] = {
#include "text/jinja/globals.inc"
};
#undef HEARTH_GLOBAL

}  // namespace

const Native* find_global(std::string_view name) { return find_native(kGlobals, name); }

}  // namespace hearth::text::jinja
