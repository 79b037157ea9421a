// How each node takes part in scoping: the names it declares, the scopes it opens.

#include "text/jinja/bind.h"
#include "text/jinja/error.h"
#include "text/jinja/filters.h"
#include "text/jinja/statements.h"
#include "text/jinja/tests.h"

namespace hearth::text::jinja {
namespace {

void declare_all(Symbols& symbols, Body& body) {
  for (const auto& statement : body) statement->declare(symbols);
}

// Binds `body` in a scope of its own that declares nothing else; for blocks that only capture text.
void bind_scope(const Binder& binder, Scope& scope, Body& body, Expr* inside) {
  Symbols symbols(binder.symbols().function(), &binder.symbols());
  declare_all(symbols, body);
  if (inside != nullptr) inside->declare(symbols);
  scope = symbols.scope();
  const Binder inner = binder.inside(symbols);
  inner.body(body);
  if (inside != nullptr) inside->bind(inner);
}

void refuse_loop_targets(Node& node) {
  if (const auto* target = dynamic_cast<const NameTarget*>(&node);
      target != nullptr && target->name == "loop")
    fail_at(node.line, "cannot assign to the special variable 'loop' inside of a for loop");
  if (const auto* with = dynamic_cast<const With*>(&node)) {  // may shadow it
    for (const auto& statement : with->body) refuse_loop_targets(*statement);
    return;
  }
  node.each_child(refuse_loop_targets);
}

// A scoped block sees the loop around it, so it needs the variable too.
bool has_scoped_block(Node& node) {
  const auto* block = dynamic_cast<const Block*>(&node);
  bool found = block != nullptr && block->scoped;
  node.each_child([&](Node& child) { found = found || has_scoped_block(child); });
  return found;
}

}  // namespace

void Node::declare(Symbols& symbols) {
  each_child([&](Node& child) { child.declare(symbols); });
}
void Node::bind(const Binder& binder) {
  each_child([&](Node& child) { child.bind(binder); });
}

void Name::declare(Symbols& symbols) { symbols.load(name); }
void Name::bind(const Binder& binder) { place = binder.find(name); }

void NameTarget::declare(Symbols& symbols) { symbols.store(name); }
void NameTarget::declare_parameter(Symbols& symbols) { symbols.parameter(name); }
void NameTarget::bind(const Binder& binder) {
  place = binder.find(name);
  exported = binder.at_top();
}

void TupleTarget::declare_parameter(Symbols& symbols) {
  for (const auto& item : items) item->declare_parameter(symbols);
}
TargetPtr TupleTarget::clone() const {
  std::vector<TargetPtr> copies;
  for (const auto& item : items) copies.push_back(item->clone());
  return std::make_unique<TupleTarget>(line, std::move(copies));
}

void AttributeTarget::declare(Symbols& symbols) { symbols.load(object); }
void AttributeTarget::bind(const Binder& binder) { place = binder.find(object); }

void Conditional::bind(const Binder& binder) { Node::bind(binder.softly()); }

void Filter::bind(const Binder& binder) {
  native = find_filter(name);
  if (native == nullptr && !binder.soft()) fail_at(line, "no filter is named '{}'", name);
  Node::bind(binder);
}
void Test::bind(const Binder& binder) {
  native = find_test(name);
  if (native == nullptr && !binder.soft()) fail_at(line, "no test is named '{}'", name);
  Node::bind(binder);
}

void If::declare(Symbols& symbols) {
  branches.front().test->declare(symbols);
  symbols.enter_branch();
  for (size_t i = 0; i < branches.size(); ++i) {
    if (i > 0) branches[i].test->declare(symbols);
    declare_all(symbols, branches[i].body);
  }
  declare_all(symbols, otherwise);
  symbols.leave_branch();
}
void If::bind(const Binder& binder) { Node::bind(binder.softly()); }

void For::declare(Symbols& symbols) { iterable->declare(symbols); }

void For::bind(const Binder& binder) {
  each_child(refuse_loop_targets);
  iterable->bind(binder);
  if (test) {
    FunctionVariables variables(filter, &binder.symbols().function());
    Symbols symbols(variables, &binder.symbols());
    test_target->declare_parameter(symbols);
    test->declare(symbols);
    test_scope = symbols.scope();
    const Binder inner = binder.inside(symbols).with_loop(false);
    test_target->bind(inner);
    test->bind(inner);
  }
  FunctionVariables own(recursion, &binder.symbols().function());
  FunctionVariables& variables = recursive ? own : binder.symbols().function();
  Symbols symbols(variables, &binder.symbols());
  has_loop_variable = recursive || reads("loop", body) || has_scoped_block(*this);
  if (has_loop_variable) loop_variable = symbols.parameter("loop");
  target->declare_parameter(symbols);
  declare_all(symbols, body);
  body_scope = symbols.scope();
  const Binder inner = binder.inside(symbols).with_loop(true);
  target->bind(inner);
  inner.body(body);

  Symbols else_symbols(variables, &binder.symbols());
  declare_all(else_symbols, otherwise);
  otherwise_scope = else_symbols.scope();
  binder.inside(else_symbols).with_loop(binder.in_loop() && !recursive).body(otherwise);
}

void Assign::declare(Symbols& symbols) {
  value->declare(symbols);
  target->declare(symbols);
}

void AssignBlock::declare(Symbols& symbols) { target->declare(symbols); }
void AssignBlock::bind(const Binder& binder) {
  bind_scope(binder, scope, body, filter.get());
  target->bind(binder);
}

void FilterBlock::declare(Symbols& symbols) { filter->declare(symbols); }
void FilterBlock::bind(const Binder& binder) { bind_scope(binder, scope, body, filter.get()); }

void With::declare(Symbols& symbols) {
  for (const auto& [target, value] : variables) value->declare(symbols);
}
void With::bind(const Binder& binder) {
  Symbols symbols(binder.symbols().function(), &binder.symbols());
  for (const auto& [target, value] : variables) target->declare_parameter(symbols);
  declare_all(symbols, body);
  scope = symbols.scope();
  const Binder inner = binder.inside(symbols);
  for (const auto& [target, value] : variables) {
    value->bind(binder);
    target->bind(inner);
  }
  inner.body(body);
}

void Autoescape::bind(const Binder& binder) { bind_scope(binder, scope, body, on.get()); }

void MacroCode::bind(const Binder& binder, uint32_t line) {
  FunctionVariables variables(function, &binder.symbols().function());
  Symbols symbols(variables, &binder.symbols());
  bool has_caller = false, has_named = false, has_rest = false;
  for (Parameter& parameter : parameters) {
    parameter.place = symbols.parameter(parameter.name);
    has_named |= parameter.name == "kwargs";
    has_rest |= parameter.name == "varargs";
    if (parameter.name != "caller") continue;
    has_caller = true;
    if (!parameter.fallback && reads("caller", body))
      fail_at(line, "the special parameter 'caller' must be left out or have a default");
  }
  reads_caller = reads("caller", body);
  reads_named = !has_named && reads("kwargs", body);
  reads_rest = !has_rest && reads("varargs", body);
  if (reads_caller && !has_caller) caller = symbols.parameter("caller");
  if (reads_named) named = symbols.parameter("kwargs");
  if (reads_rest) rest = symbols.parameter("varargs");
  for (const Parameter& parameter : parameters)
    if (parameter.fallback) parameter.fallback->declare(symbols);
  declare_all(symbols, body);
  scope = symbols.scope();
  const Binder inner = binder.inside(symbols).with_loop(false);
  for (const Parameter& parameter : parameters)
    if (parameter.fallback) parameter.fallback->bind(inner);
  inner.body(body);
}

void MacroDefinition::declare(Symbols& symbols) { target->declare(symbols); }
void MacroDefinition::bind(const Binder& binder) {
  code.bind(binder, line);
  target->bind(binder);
}

void CallBlock::declare(Symbols& symbols) {
  if (call) call->declare(symbols);
}
void CallBlock::bind(const Binder& binder) {
  code.bind(binder, line);
  if (call) call->bind(binder);
}

void Block::bind(const Binder& binder) {
  if (!binder.blocks().emplace(name, this).second)
    fail_at(line, "the block '{}' is defined twice", name);
  FunctionVariables variables(function, nullptr);
  Symbols symbols(variables, nullptr);
  reads_self = reads("self", body);
  reads_super = reads("super", body);
  if (reads_self) self = symbols.parameter("self");
  if (reads_super) super = symbols.parameter("super");
  declare_all(symbols, body);
  scope = symbols.scope();
  binder.detached(symbols).body(body);
  if (scoped)
    for (auto& entry : binder.symbols().stored(binder.symbols().function()))
      outer.push_back(std::move(entry));
}

void LoopControl::bind(const Binder& binder) {
  if (!binder.in_loop())
    fail_at(line, "'{}' stands outside of a loop", flow == Flow::break_loop ? "break" : "continue");
}

void Unavailable::declare(Symbols& symbols) {
  name->declare(symbols);
  for (const std::string& one : imported) symbols.store(one);
}
void Unavailable::bind(const Binder& binder) {
  if (tag == "extends" && !binder.at_top())
    fail_at(line, "'extends' must stand at the top level of the template");
  Node::bind(binder);
}

}  // namespace hearth::text::jinja
