// SwiGLU(FullyConnected(x, gate), FullyConnected(x, up)) -> GatedFullyConnected(x, gate, up): x is
// read once, and what the gate lets through is computed while both products are in cache.
#include "passes/pass.h"
#include "passes/products.h"

namespace hearth::passes {

using ir::Op;
using ir::Value;

bool fuse_gate(ir::Graph& graph) {
  bool changed = false;
  const Readers readers(graph);
  const auto only_read_here = [&](Value v) {
    return is_plain_product(graph, v) && readers.count(v) == 1;
  };
  for (ir::NodeId id : graph.topological_order()) {
    if (graph.node(id).op != Op::SwiGLU) continue;
    const Value gate = graph.node(id).inputs[0], up = graph.node(id).inputs[1];
    if (!only_read_here(gate) || !only_read_here(up) ||
        graph.node(gate).inputs[0] != graph.node(up).inputs[0])
      continue;
    std::vector<Value> inputs{graph.node(gate).inputs[0]};
    for (const Value product : {gate, up})
      for (const Value input : weight_inputs(graph.node(product))) inputs.push_back(input);
    graph.replace({id, 0},
                  graph.add(Op::GatedFullyConnected, std::move(inputs), {}, graph.node(id).name));
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
