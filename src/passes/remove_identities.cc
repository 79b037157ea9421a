// Drops nodes that hand on what they get: Convert to the same type, Reshape to the same static
// shape, Transpose in the given order, Concat of one, Squeeze or Unsqueeze of no axes.
#include <numeric>

#include "passes/match.h"
#include "passes/pass.h"

namespace hearth::passes {
namespace {

bool is_identity(const ir::Graph& graph, const ir::Node& node) {
  if (node.inputs.empty() || !node.inputs[0]) return false;
  const ir::OutputInfo& in = graph.info(node.inputs[0]);
  const ir::OutputInfo& out = node.outputs[0];
  switch (node.op) {
    case ir::Op::Convert:
    case ir::Op::ConvertLike:
      return in.type == out.type && in.type != ElementType::dynamic;
    case ir::Op::Concat:
      return node.inputs.size() == 1;
    case ir::Op::Reshape:
      return in.shape.is_static() && in.shape == out.shape;
    case ir::Op::Transpose: {
      const auto order = int_constant(graph, node.inputs[1]);
      if (!order || order->empty()) return false;
      for (size_t i = 0; i < order->size(); ++i)
        if ((*order)[i] != static_cast<int64_t>(i)) return false;
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

bool remove_identities(ir::Graph& graph) {
  bool changed = false;
  for (ir::NodeId id : graph.topological_order()) {
    if (!is_identity(graph, graph.node(id))) continue;
    graph.replace({id, 0}, graph.node(id).inputs[0]);
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
