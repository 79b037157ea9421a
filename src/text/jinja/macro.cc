#include "text/jinja/macro.h"

#include <algorithm>

#include "text/jinja/dict.h"
#include "text/jinja/error.h"

namespace hearth::text::jinja {
namespace {

// Takes the keyword argument out, or gives `missing`.
Value take(Arguments& arguments, std::string_view name) {
  const auto it = std::find_if(arguments.named.begin(), arguments.named.end(),
                               [&](const auto& argument) { return argument.first == name; });
  if (it == arguments.named.end()) return Value::missing();
  Value value = std::move(it->second);
  arguments.named.erase(it);
  return value;
}

}  // namespace

std::string Macro::print(Evaluator&) {
  return code_.name.empty() ? "<Macro anonymous>" : fmt::format("<Macro '{}'>", code_.name);
}

std::optional<Value> Macro::attribute(Evaluator& evaluator, std::string_view name) {
  if (name == "name") return code_.name.empty() ? Value() : make_string(evaluator.box, code_.name);
  if (name == "catch_kwargs") return Value::boolean(code_.reads_named);
  if (name == "catch_varargs") return Value::boolean(code_.reads_rest);
  if (name == "caller") return Value::boolean(code_.reads_caller);
  if (name != "arguments") return std::nullopt;
  std::vector<Value> names;
  for (const auto& parameter : code_.parameters)
    names.push_back(make_string(evaluator.box, parameter.name));
  return make_tuple(evaluator.box, std::move(names));
}

void Macro::bind_parameters(Evaluator& evaluator, Arguments& arguments) const {
  const size_t given = std::min(arguments.positional.size(), code_.parameters.size());
  for (size_t i = 0; i < code_.parameters.size(); ++i) {
    const auto& parameter = code_.parameters[i];
    evaluator.variable(parameter.place) =
        i < given ? arguments.positional[i] : take(arguments, parameter.name);
  }
}

// `caller`, `kwargs` and `varargs`, in the order in which jinja2 takes them from the arguments.
void Macro::bind_special(Evaluator& evaluator, Arguments& arguments) const {
  const bool has_caller =
      std::any_of(code_.parameters.begin(), code_.parameters.end(),
                  [](const auto& parameter) { return parameter.name == "caller"; });
  if (code_.reads_caller && !has_caller) {
    Value caller = take(arguments, "caller");
    if (caller.is_missing() || caller.is_none())
      caller = make_undefined(evaluator.box, "No caller defined");
    evaluator.variable(code_.caller) = std::move(caller);
  }
  if (code_.reads_named) {
    const auto named = make<Dict>(evaluator.box);
    for (auto& [name, value] : arguments.named)
      named->set(make_string(evaluator.box, name), std::move(value));
    evaluator.variable(code_.named) = dict_value(named);
  } else if (!arguments.named.empty()) {
    fail("macro '{}' takes no keyword argument '{}'", code_.name, arguments.named.front().first);
  }
  const size_t count = code_.parameters.size();
  if (code_.reads_rest) {
    const auto rest = make<Sequence>(evaluator.box);
    if (arguments.positional.size() > count) rest->reserve(arguments.positional.size() - count);
    for (size_t i = count; i < arguments.positional.size(); ++i)
      rest->push(arguments.positional[i]);
    evaluator.variable(code_.rest) = tuple_value(rest);
  } else if (arguments.positional.size() > count) {
    fail("macro '{}' takes not more than {} argument(s)", code_.name, count);
  }
}

Value Macro::call(Evaluator& evaluator, Arguments& arguments) {
  const bool autoescape = evaluator.autoescape;  // of the caller: decides what the result is
  const Restore<Ref<Frame>> frame(evaluator.frame,
                                  make<Frame>(evaluator.box, code_.function.slots, outer_));
  const Restore<bool> escaping(evaluator.autoescape, autoescape_);
  bind_parameters(evaluator, arguments);
  bind_special(evaluator, arguments);
  Capture capture(evaluator);
  evaluator.enter(code_.scope);
  for (const auto& parameter : code_.parameters) {
    if (!evaluator.variable(parameter.place).is_missing()) continue;
    evaluator.variable(parameter.place) =
        parameter.fallback
            ? evaluator.evaluate(*parameter.fallback)
            : make_undefined(evaluator.box,
                             fmt::format("parameter '{}' was not provided", parameter.name));
  }
  evaluator.execute(code_.body);
  return capture.text.value(autoescape);
}

}  // namespace hearth::text::jinja
