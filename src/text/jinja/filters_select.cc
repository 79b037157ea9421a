// Filters that apply another filter or a test to every item: map, select, reject and theirs.

#include <optional>

#include "text/jinja/attributes.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterate.h"
#include "text/jinja/lazy.h"
#include "text/jinja/path.h"
#include "text/jinja/print.h"
#include "text/jinja/tests.h"

namespace hearth::text::jinja::filters {
namespace {

const Native& named(Evaluator& evaluator, const Value& name, const char* what,
                    const Native* (*find)(std::string_view)) {
  const Native* native = name.is_string() ? find(name.text()) : nullptr;
  if (native != nullptr) return *native;
  Text shown(evaluator.box);
  print_repr(evaluator, name, shown);
  fail("no {} is named {}", what, shown.view());
}

Arguments without_first(const Arguments& arguments, size_t count) {
  Arguments rest = arguments;
  rest.positional.erase(rest.positional.begin(),
                        rest.positional.begin() + static_cast<ptrdiff_t>(count));
  return rest;
}

// Turns an item into what map() yields.
class Mapper {
 public:
  Mapper(Evaluator& evaluator, const Arguments& arguments) {
    if (arguments.positional.empty()) {
      attribute(evaluator, arguments);
      return;
    }
    filter_ = &named(evaluator, arguments.positional[0], "filter", find_filter);
    rest_ = without_first(arguments, 1);
  }

  Value operator()(Evaluator& evaluator, const Value& item) const {
    if (path_) return path_->of(evaluator, item, fallback_);
    Arguments arguments = rest_;
    const Nesting nesting(evaluator.box);
    return invoke(evaluator, *filter_, item, arguments);
  }

 private:
  void attribute(Evaluator& evaluator, const Arguments& arguments) {
    for (const auto& [name, value] : arguments.named) {
      if (name == "attribute") path_.emplace(evaluator.box, value);
      if (name == "default") fallback_ = value;
    }
    if (!path_) fail("map requires a filter argument");
    for (const auto& [name, value] : arguments.named)
      if (name != "attribute" && name != "default") fail("unexpected keyword argument '{}'", name);
  }

  const Native* filter_ = nullptr;
  Arguments rest_;
  std::optional<Path> path_;
  Value fallback_;
};

// Decides whether select() and its family take an item.
class Condition {
 public:
  Condition(Evaluator& evaluator, const Arguments& arguments, bool by_attribute) {
    const size_t used = by_attribute ? 1 : 0;
    if (arguments.positional.size() < used) fail("missing parameter for attribute name");
    path_.emplace(evaluator.box, by_attribute ? arguments.positional[0] : Value());
    if (arguments.positional.size() == used) return;
    test_ = &named(evaluator, arguments.positional[used], "test", find_test);
    rest_ = without_first(arguments, used + 1);
  }

  bool operator()(Evaluator& evaluator, const Value& item) const {
    const Value value = path_->of(evaluator, item);
    if (test_ == nullptr) return truth(value);
    Arguments arguments = rest_;
    return truth(invoke(evaluator, *test_, value, arguments));
  }

 private:
  std::optional<Path> path_;
  const Native* test_ = nullptr;
  Arguments rest_;
};

// Prepared when the first item is asked for, and not at all for what is empty: errors in the
// arguments show up as late as in jinja2.
template <typename Prepared>
struct State {
  Value source;
  Arguments arguments;
  std::optional<Iteration> iteration;
  std::optional<Prepared> prepared;
};

Value selecting(Invocation& call, bool by_attribute, bool wanted) {
  auto state = std::make_shared<State<Condition>>();
  state->source = call.subject;
  state->arguments = call.arguments;
  return make_lazy(call.box, [state, by_attribute, wanted](Evaluator& evaluator, Value& item) {
    if (!truth(state->source)) return false;
    if (!state->prepared) {
      state->prepared.emplace(evaluator, state->arguments, by_attribute);
      state->iteration.emplace(evaluator, state->source);
    }
    while (state->iteration->next(item))
      if ((*state->prepared)(evaluator, item) == wanted) return true;
    return false;
  });
}

}  // namespace

Value attr(Invocation& call) {
  const std::string_view name = call.text(0);
  const auto found =
      name.empty() ? std::nullopt : find_attribute(call.evaluator, call.subject, name);
  if (!found)
    return make_undefined(
        call.box, fmt::format("'{} object' has no attribute '{}'", type_name(call.subject), name));
  return get_attribute(call.evaluator, call.subject, name);
}

Value map(Invocation& call) {
  auto state = std::make_shared<State<Mapper>>();
  state->source = call.subject;
  state->arguments = call.arguments;
  return make_lazy(call.box, [state](Evaluator& evaluator, Value& item) {
    if (!truth(state->source)) return false;
    if (!state->prepared) {
      state->prepared.emplace(evaluator, state->arguments);
      state->iteration.emplace(evaluator, state->source);
    }
    Value next;
    if (!state->iteration->next(next)) return false;
    item = (*state->prepared)(evaluator, next);
    return true;
  });
}

Value select(Invocation& call) { return selecting(call, false, true); }
Value reject(Invocation& call) { return selecting(call, false, false); }
Value selectattr(Invocation& call) { return selecting(call, true, true); }
Value rejectattr(Invocation& call) { return selecting(call, true, false); }

}  // namespace hearth::text::jinja::filters
