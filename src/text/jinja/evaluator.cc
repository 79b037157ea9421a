#include "text/jinja/evaluator.h"

#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/globals.h"
#include "text/jinja/markup.h"
#include "text/jinja/print.h"

namespace hearth::text::jinja {

Evaluator::Evaluator(Sandbox& sandbox, const Blocks& blocks, Value context)
    : box(sandbox), blocks_(blocks), context_(std::move(context)) {}

Value Evaluator::evaluate(const Expr& expression) {
  const Nesting nesting(box);
  box.step();
  try {
    return expression.evaluate(*this);
  } catch (Error& error) {
    if (error.line == 0) {
      error.line = expression.line;
      error.construct = expression.construct();
    }
    throw;
  }
}

Flow Evaluator::execute(const Body& body) {
  const Nesting nesting(box);
  for (const auto& statement : body) {
    box.step();
    Flow flow = Flow::normal;
    try {
      flow = statement->execute(*this);
    } catch (Error& error) {
      if (error.line == 0) error.line = statement->line;
      throw;
    }
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Value Evaluator::capture(const Body& body, Flow& flow) {
  Capture capture(*this);
  flow = execute(body);
  return capture.text.value(autoescape);
}

Value Evaluator::call(const Value& callee, Arguments& arguments) {
  if (callee.is_undefined()) fail("{}", callee.undefined().problem);
  if (!callee.is(Kind::other) || !callee.other().callable())
    fail("'{}' object is not callable", type_name(callee));
  const Nesting nesting(box);
  return callee.other().call(*this, arguments);
}

void Evaluator::enter(const Scope& scope) {
  for (const Scope::Load& load : scope.loads) {
    if (load.action == Scope::Action::resolve) {
      variable(load.place) = resolve(load.name);
    } else if (load.action == Scope::Action::alias) {
      variable(load.place) = Value(variable(load.from));
    } else {
      variable(load.place) = Value::missing();
    }
  }
}

void Evaluator::leave(const Scope& scope) {
  for (const Place& place : scope.variables) variable(place) = Value::missing();
}

Value Evaluator::resolve(const std::string& name) {
  if (const auto it = exported_.find(name); it != exported_.end()) return it->second;
  if (const Value* value = context_.dict().find(name)) return *value;
  if (const Native* global = find_global(name))
    return make_other<NativeFunction>(box, *global, Value::missing());
  return Value::missing();
}

void Evaluator::print(const Value& value) {
  if (autoescape) {
    append_escaped(*this, value, *out_);
  } else {
    print_value(*this, value, *out_);
  }
}

}  // namespace hearth::text::jinja
