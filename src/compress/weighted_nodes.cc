#include "compress/weighted_nodes.h"

#include <algorithm>

namespace hearth::compress {
namespace {

using ir::NodeId;
using ir::Op;
using ir::Value;

NodeId constant_under(const ir::Graph& graph, Value value) {
  while (graph.is(value, Op::Convert) || graph.is(value, Op::Reshape))
    value = graph.node(value).inputs[0];
  return graph.is(value, Op::Const) ? value.node : ir::kNoNode;
}

bool is_table_type(ElementType type) {
  return type == ElementType::f16 || type == ElementType::f32 || type == ElementType::f64;
}

bool may_have_weight(const ir::Graph& graph, const ir::Node& node, size_t port) {
  if (node.op == Op::MatMul) return true;
  return node.op == Op::Gather && port == 0 && is_table_type(graph.info(node.inputs[0]).type);
}

using Uses = std::vector<std::vector<ir::Use>>;

bool is_read_by(const ir::Graph& graph, const Uses& uses, NodeId node, Op op) {
  const auto& readers = uses[static_cast<size_t>(node)];
  return std::any_of(readers.begin(), readers.end(),
                     [&](const ir::Use& use) { return graph.node(use.node).op == op; });
}

bool is_angle(const ir::Graph& graph, const Uses& uses, NodeId node) {
  return is_read_by(graph, uses, node, Op::Cos) && is_read_by(graph, uses, node, Op::Sin);
}

bool is_doubled(const ir::Node& node) {
  return node.op == Op::Concat && node.inputs.size() == 2 && node.inputs[0] == node.inputs[1];
}

}  // namespace

std::vector<WeightedNode> weighted_nodes(const ir::Graph& graph, const NncfOrder& order) {
  std::vector<WeightedNode> out;
  for (const NodeId id : order.nodes) {
    if (!order.is_computed[static_cast<size_t>(id)]) continue;
    const ir::Node& node = graph.node(id);
    for (size_t port = 0; port < node.inputs.size(); ++port) {
      const Value input = node.inputs[port];
      if (!may_have_weight(graph, node, port) || order.is_computed[static_cast<size_t>(input.node)])
        continue;
      const NodeId constant = constant_under(graph, input);
      if (constant == ir::kNoNode || !is_float(graph.node(constant).outputs[0].type)) continue;
      out.push_back({id, static_cast<int>(port), constant});
    }
  }
  return out;
}

bool is_rotary_product(const ir::Graph& graph, const Uses& uses, NodeId node) {
  if (graph.node(node).op != Op::MatMul) return false;
  const auto reaches_angle = [&](NodeId from) {
    const auto& readers = uses[static_cast<size_t>(from)];
    return std::any_of(readers.begin(), readers.end(), [&](const ir::Use& use) {
      return is_doubled(graph.node(use.node)) && is_angle(graph, uses, use.node);
    });
  };
  if (reaches_angle(node)) return true;
  const auto& readers = uses[static_cast<size_t>(node)];
  return std::any_of(readers.begin(), readers.end(), [&](const ir::Use& use) {
    return graph.node(use.node).op == Op::Transpose &&
           (is_angle(graph, uses, use.node) || reaches_angle(use.node));
  });
}

}  // namespace hearth::compress
