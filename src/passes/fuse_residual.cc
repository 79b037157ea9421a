// FullyConnected(x, W) + r -> FullyConnected(x, W, addend r), r rows of the same shape: the stream
// that a layer adds to.
#include "passes/pass.h"
#include "passes/products.h"

namespace hearth::passes {

using ir::Op;
using ir::Value;

bool fuse_residual(ir::Graph& graph) {
  bool changed = false;
  // Stays right while products are replaced: what it is asked of are products of the graph as it
  // was.
  const Readers readers(graph);
  for (ir::NodeId id : graph.topological_order()) {
    const auto sum = operands(graph, {id, 0}, Op::Add, [&](Value v) {
      return is_plain_product(graph, v) && readers.count(v) == 1;
    });
    if (!sum) continue;
    const ir::OutputInfo &product_info = graph.info(sum.match), &other = graph.info(sum.other);
    if (other.type != ElementType::f32 || !product_info.shape.rank_is_static() ||
        product_info.shape.rank() < 3 || product_info.shape != other.shape)
      continue;
    const ir::Node product = graph.node(sum.match);
    std::vector<Value> inputs = weight_inputs(product);
    inputs.insert(inputs.begin(), product.inputs[0]);
    inputs.push_back(sum.other);
    graph.replace({id, 0},
                  graph.add(Op::FullyConnected, std::move(inputs), {}, graph.node(id).name));
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
