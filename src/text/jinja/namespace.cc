#include "text/jinja/namespace.h"

#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/print.h"

namespace hearth::text::jinja {
namespace {

Cycler& cycler_of(Invocation& call) { return static_cast<Cycler&>(call.subject.other()); }

Value cycler_next(Invocation& call) {
  Value value = cycler_of(call).current();
  cycler_of(call).advance();
  return value;
}

Value cycler_reset(Invocation& call) {
  cycler_of(call).reset();
  return {};
}

constexpr Native kCyclerMethods[] = {
    {"next", cycler_next, 0, {}},
    {"reset", cycler_reset, 0, {}},
};

}  // namespace

std::string Other::print(Evaluator&) { return fmt::format("<{} object>", type_name()); }
std::optional<Value> Other::attribute(Evaluator&, std::string_view) { return std::nullopt; }
Value Other::call(Evaluator&, Arguments&) { fail("'{}' object is not callable", type_name()); }

std::string Namespace::print(Evaluator& evaluator) {
  Text text(evaluator.box);
  text += "<Namespace ";
  print_repr(evaluator, dict_value(values_), text);
  text += '>';
  return text.take();
}

std::optional<Value> Namespace::attribute(Evaluator&, std::string_view name) {
  const Value* value = values_->find(name);
  return value == nullptr ? std::nullopt : std::optional<Value>(*value);
}

Cycler::Cycler(Sandbox& box, std::vector<Value> values)
    : Other(box, sizeof *this), values_(make<Sequence>(box)) {
  if (values.empty()) fail("at least one item has to be provided");
  for (Value& value : values) values_->push(std::move(value));
}

std::optional<Value> Cycler::attribute(Evaluator& evaluator, std::string_view name) {
  if (name == "current") return current();
  if (name == "pos") return Value::integer(static_cast<int64_t>(at_));
  if (name == "items") return tuple_value(values_);
  const Native* method = find_native(kCyclerMethods, name);
  if (method == nullptr) return std::nullopt;
  return make_other<NativeFunction>(evaluator.box, *method, Value(Kind::other, this));
}

Value Joiner::call(Evaluator& evaluator, Arguments& arguments) {
  if (!arguments.positional.empty() || !arguments.named.empty()) fail("joiner takes no arguments");
  return std::exchange(used_, true) ? separator_ : make_string(evaluator.box, "");
}

std::optional<Value> Joiner::attribute(Evaluator&, std::string_view name) {
  if (name == "sep") return separator_;
  if (name == "used") return Value::boolean(used_);
  return std::nullopt;
}

}  // namespace hearth::text::jinja
