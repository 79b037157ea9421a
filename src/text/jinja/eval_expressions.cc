// What each expression evaluates to.

#include "text/jinja/attributes.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/expressions.h"
#include "text/jinja/iterate.h"
#include "text/jinja/markup.h"
#include "text/jinja/print.h"

namespace hearth::text::jinja {
namespace {

// The name of what is called, for messages: "user.get" for `user.get(...)`.
std::string callee_name(const Expr& callee) {
  if (const auto* name = dynamic_cast<const Name*>(&callee)) return name->name;
  if (const auto* attribute = dynamic_cast<const Attribute*>(&callee)) {
    const std::string owner = callee_name(*attribute->object);
    return owner.empty() ? attribute->name : owner + "." + attribute->name;
  }
  return {};
}

Value optional(Evaluator& evaluator, const ExprPtr& expression) {
  return expression ? evaluator.evaluate(*expression) : Value();
}

}  // namespace

Value Name::evaluate(Evaluator& evaluator) const {
  const Value& value = evaluator.variable(place);
  if (!value.is_missing()) return value;
  return make_undefined(evaluator.box, fmt::format("'{}' is undefined", name));
}

Value SequenceLiteral::evaluate(Evaluator& evaluator) const {
  const auto sequence = make<Sequence>(evaluator.box);
  sequence->reserve(items.size());
  for (const auto& item : items) sequence->push(evaluator.evaluate(*item));
  return Value(kind, sequence);
}

Value DictLiteral::evaluate(Evaluator& evaluator) const {
  const auto dict = make<Dict>(evaluator.box);
  for (const auto& [key, item] : items) {
    const Value name = evaluator.evaluate(*key);
    dict->set(name, evaluator.evaluate(*item));
  }
  return dict_value(dict);
}

Value Unary::evaluate(Evaluator& evaluator) const {
  return unary(evaluator, op, evaluator.evaluate(*operand));
}
std::string Unary::construct() const { return fmt::format("unary '{}'", op); }

Value Not::evaluate(Evaluator& evaluator) const {
  return Value::boolean(!truth(evaluator.evaluate(*operand)));
}

Value Logic::evaluate(Evaluator& evaluator) const {
  Value value = evaluator.evaluate(*left);
  return truth(value) == is_and ? evaluator.evaluate(*right) : value;
}

Value Binary::evaluate(Evaluator& evaluator) const {
  const Value a = evaluator.evaluate(*left);
  return op.apply(evaluator, a, evaluator.evaluate(*right));
}
std::string Binary::construct() const { return fmt::format("operator '{}'", op.symbol); }

Value Comparison::evaluate(Evaluator& evaluator) const {
  Value a = evaluator.evaluate(*first);
  for (const auto& [comparator, operand] : rest) {
    Value b = evaluator.evaluate(*operand);
    if (!comparator->apply(evaluator, a, b)) return Value::boolean(false);
    a = std::move(b);
  }
  return Value::boolean(true);
}

Value Concat::evaluate(Evaluator& evaluator) const {
  std::vector<Value> values;
  for (const auto& part : parts) values.push_back(evaluator.evaluate(*part));
  Text text(evaluator.box);
  bool safe = false;
  for (const Value& value : values)
    safe |= evaluator.autoescape && value.is_string() && value.string().safe();
  for (const Value& value : values) {
    if (safe) {
      append_escaped(evaluator, value, text);
    } else {
      print_value(evaluator, value, text);
    }
  }
  return text.value(safe);
}

Value Conditional::evaluate(Evaluator& evaluator) const {
  if (truth(evaluator.evaluate(*test))) return evaluator.evaluate(*value);
  if (otherwise) return evaluator.evaluate(*otherwise);
  return make_undefined(evaluator.box,
                        fmt::format("the inline if-expression on line {} evaluated to false and "
                                    "no else section was defined",
                                    line));
}

Value Attribute::evaluate(Evaluator& evaluator) const {
  return get_attribute(evaluator, evaluator.evaluate(*object), name);
}
std::string Attribute::construct() const { return fmt::format("attribute '{}'", name); }

Value Item::evaluate(Evaluator& evaluator) const {
  const Value owner = evaluator.evaluate(*object);
  return get_item(evaluator, owner, evaluator.evaluate(*key));
}

Value Slice::evaluate(Evaluator& evaluator) const {
  const Value owner = evaluator.evaluate(*object);
  const Value from = optional(evaluator, start), to = optional(evaluator, stop);
  return get_slice(evaluator, owner, from, to, optional(evaluator, step));
}

Arguments CallArguments::evaluate(Evaluator& evaluator) const {
  Arguments arguments;
  arguments.positional.reserve(positional.size());
  for (const auto& argument : positional)
    arguments.positional.push_back(evaluator.evaluate(*argument));
  for (const auto& [name, argument] : named)
    arguments.named.emplace_back(name, evaluator.evaluate(*argument));
  if (rest) {
    const Ref<Sequence> more = to_list(evaluator, evaluator.evaluate(*rest));
    const std::vector<Value>& items = more->items();
    const Reservation room(evaluator.box, items.size() * sizeof(Value));  // or refuses
    arguments.positional.insert(arguments.positional.end(), items.begin(), items.end());
  }
  if (named_rest) {
    const Value more = evaluator.evaluate(*named_rest);
    if (!more.is(Kind::dict)) fail("the argument after ** must be a dict, not {}", type_name(more));
    for (const auto& [key, value] : more.dict().items()) {
      if (!key.is_string()) fail("keywords must be strings");
      for (const auto& [name, there] : arguments.named)
        if (name == key.text()) fail("the keyword argument '{}' is given twice", name);
      evaluator.box.step(1 + arguments.named.size());
      arguments.named.emplace_back(key.text(), value);
    }
  }
  return arguments;
}

Value Call::call(Evaluator& evaluator, const Value* caller) const {
  const Value function = evaluator.evaluate(*callee);
  Arguments values = arguments.evaluate(evaluator);
  const Reservation held(evaluator.box, values.positional.size() * sizeof(Value));
  if (caller != nullptr) values.named.emplace_back("caller", *caller);
  return evaluator.call(function, values);
}
std::string Call::construct() const {
  const std::string name = callee_name(*callee);
  return name.empty() ? "call" : fmt::format("call of '{}'", name);
}

Value Filter::evaluate(Evaluator& evaluator) const {
  if (native == nullptr) fail("no filter is named '{}'", name);
  Value subject = evaluator.evaluate(*target);
  Arguments values = arguments.evaluate(evaluator);
  return invoke(evaluator, *native, std::move(subject), values);
}
std::string Filter::construct() const {
  return native == nullptr ? "" : fmt::format("filter '{}'", name);
}

Value Test::evaluate(Evaluator& evaluator) const {
  if (native == nullptr) fail("no test is named '{}'", name);
  Value subject = evaluator.evaluate(*target);
  Arguments values = arguments.evaluate(evaluator);
  return invoke(evaluator, *native, std::move(subject), values);
}
std::string Test::construct() const {
  return native == nullptr ? "" : fmt::format("test '{}'", name);
}

Value Captured::evaluate(Evaluator& evaluator) const { return evaluator.captured; }

}  // namespace hearth::text::jinja
