// The children of every node, in the order in which jinja2 looks at them.

#include "text/jinja/statements.h"

namespace hearth::text::jinja {
namespace {

template <typename T>
void each(const Node::Visit& visit, const std::unique_ptr<T>& child) {
  if (child) visit(*child);
}

template <typename T>
void each(const Node::Visit& visit, const std::vector<std::unique_ptr<T>>& children) {
  for (const auto& child : children) each(visit, child);
}

template <typename... Children>
void all(const Node::Visit& visit, const Children&... children) {
  (each(visit, children), ...);
}

}  // namespace

void TupleTarget::each_child(const Visit& visit) { all(visit, items); }
void SequenceLiteral::each_child(const Visit& visit) { all(visit, items); }
void DictLiteral::each_child(const Visit& visit) {
  for (const auto& [key, value] : items) all(visit, key, value);
}
void Unary::each_child(const Visit& visit) { all(visit, operand); }
void Not::each_child(const Visit& visit) { all(visit, operand); }
void Logic::each_child(const Visit& visit) { all(visit, left, right); }
void Binary::each_child(const Visit& visit) { all(visit, left, right); }
void Comparison::each_child(const Visit& visit) {
  all(visit, first);
  for (const auto& [comparator, operand] : rest) all(visit, operand);
}
void Concat::each_child(const Visit& visit) { all(visit, parts); }
void Conditional::each_child(const Visit& visit) { all(visit, test, value, otherwise); }
void Attribute::each_child(const Visit& visit) { all(visit, object); }
void Item::each_child(const Visit& visit) { all(visit, object, key); }
void Slice::each_child(const Visit& visit) { all(visit, object, start, stop, step); }

void CallArguments::each_child(const Node::Visit& visit) {
  all(visit, positional);
  for (const auto& [name, value] : named) all(visit, value);
  all(visit, rest, named_rest);
}

void Call::each_child(const Visit& visit) {
  all(visit, callee);
  arguments.each_child(visit);
}
void Filter::each_child(const Visit& visit) {
  all(visit, target);
  arguments.each_child(visit);
}
void Test::each_child(const Visit& visit) {
  all(visit, target);
  arguments.each_child(visit);
}

void Print::each_child(const Visit& visit) { all(visit, value); }
void If::each_child(const Visit& visit) {
  for (const Branch& branch : branches) all(visit, branch.test, branch.body);
  all(visit, otherwise);
}
void For::each_child(const Visit& visit) { all(visit, target, iterable, body, otherwise, test); }
void Assign::each_child(const Visit& visit) { all(visit, target, value); }
void AssignBlock::each_child(const Visit& visit) { all(visit, target, filter, body); }
void FilterBlock::each_child(const Visit& visit) { all(visit, body, filter); }
void With::each_child(const Visit& visit) {
  for (const auto& [target, value] : variables) all(visit, target, value);
  all(visit, body);
}
void Autoescape::each_child(const Visit& visit) { all(visit, on, body); }
void MacroCode::each_child(const Node::Visit& visit) {
  for (const Parameter& parameter : parameters) all(visit, parameter.fallback);
  all(visit, body);
}
void CallBlock::each_child(const Visit& visit) {
  all(visit, call);
  code.each_child(visit);
}
void Block::each_child(const Visit& visit) { all(visit, body); }
void Unavailable::each_child(const Visit& visit) { all(visit, name); }

}  // namespace hearth::text::jinja
