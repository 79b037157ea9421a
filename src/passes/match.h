// Small questions that passes ask of a graph. All take and give Values; a default-made Value is
// "no".
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace hearth::passes {

/// Who reads each output: one scan of the graph, to be made anew after changes.
class Readers {
 public:
  explicit Readers(const ir::Graph& graph) : uses_(graph.uses()) {}
  const std::vector<ir::Use>& of(ir::NodeId id) const { return uses_[static_cast<size_t>(id)]; }
  size_t count(ir::Value value) const { return of(value.node).size(); }

 private:
  std::vector<std::vector<ir::Use>> uses_;
};

/// The input `i` of the node behind `value`, when that node is an `op`; else no value.
ir::Value input_of(const ir::Graph& graph, ir::Value value, ir::Op op, size_t i);

/// The one element of a numeric constant, seen through Convert; empty when it is no such thing.
std::optional<float> scalar_constant(const ir::Graph& graph, ir::Value value);
/// All elements of an integer constant.
std::optional<std::vector<int64_t>> int_constant(const ir::Graph& graph, ir::Value value);

/// For a commutative binary op: the operand that satisfies `wanted`, and the other one.
struct Operands {
  ir::Value match;
  ir::Value other;
  explicit operator bool() const { return static_cast<bool>(match); }
};
template <typename Predicate>
Operands operands(const ir::Graph& graph, ir::Value value, ir::Op op, Predicate wanted) {
  if (!graph.is(value, op)) return {};
  const auto& inputs = graph.node(value).inputs;
  if (wanted(inputs[0])) return {inputs[0], inputs[1]};
  if (wanted(inputs[1])) return {inputs[1], inputs[0]};
  return {};
}

/// The axis of a Concat, Gather or similar counted from the front of a tensor of `rank`.
inline int64_t from_front(int64_t axis, size_t rank) {
  return axis < 0 ? axis + static_cast<int64_t>(rank) : axis;
}

}  // namespace hearth::passes
