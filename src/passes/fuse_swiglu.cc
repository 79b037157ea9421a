// silu(gate) * up -> SwiGLU(gate, up), silu spelled Swish(x) or x * Sigmoid(x) (Shazeer, 2020).
#include "passes/match.h"
#include "passes/pass.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

// The x of silu(x), or none.
Value under_silu(const ir::Graph& graph, Value value) {
  if (graph.is(value, Op::Swish) && graph.node(value).inputs.size() == 1)
    return graph.node(value).inputs[0];
  const auto parts =
      operands(graph, value, Op::Multiply, [&](Value v) { return graph.is(v, Op::Sigmoid); });
  if (parts && graph.node(parts.match).inputs[0] == parts.other) return parts.other;
  return {};
}

}  // namespace

bool fuse_swiglu(ir::Graph& graph) {
  bool changed = false;
  for (ir::NodeId id : graph.topological_order()) {
    const auto parts = operands(graph, {id, 0}, Op::Multiply,
                                [&](Value v) { return static_cast<bool>(under_silu(graph, v)); });
    if (!parts) continue;
    const Value gate = under_silu(graph, parts.match);
    if (graph.info(gate).shape != graph.info(parts.other).shape ||
        graph.info(gate).type != ElementType::f32)
      continue;
    graph.replace({id, 0}, graph.add(Op::SwiGLU, {gate, parts.other}, {}, graph.node(id).name));
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
