// FullyConnected(x, W) + b -> FullyConnected(x, W, bias b), b a constant of one number for every
// row of W. The bias of Qwen2's q, k and v.
#include "passes/pass.h"
#include "passes/products.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

// [N] or [1, ..., N], of floats that need no decoding but a conversion.
bool is_vector(const ir::Graph& graph, Value value, int64_t size) {
  if (!graph.is(value, Op::Const) || !is_float(graph.info(value).type)) return false;
  const Shape shape = graph.info(value).shape.to_shape();
  return !shape.empty() && shape.back() == static_cast<size_t>(size) &&
         shape_size(shape) == static_cast<size_t>(size);
}

}  // namespace

bool fuse_bias(ir::Graph& graph) {
  bool changed = false;
  const Readers readers(graph);
  for (ir::NodeId id : graph.topological_order()) {
    const auto sum = operands(graph, {id, 0}, Op::Add, [&](Value v) {
      return is_plain_product(graph, v) && !weight_inputs(graph.node(v))[ir::kBias] &&
             readers.count(v) == 1;
    });
    if (!sum) continue;
    const PartialShape& shape = graph.info(sum.match).shape;
    if (!shape.rank_is_static() ||
        !is_vector(graph, sum.other, shape[shape.rank() - 1].get_length()) ||
        graph.info(Value{id, 0}).shape != shape)
      continue;
    const ir::Node product = graph.node(sum.match);
    std::vector<Value> inputs = weight_inputs(product);
    inputs[ir::kBias] = sum.other;
    inputs.insert(inputs.begin(), product.inputs[0]);
    graph.replace({id, 0},
                  graph.add(Op::FullyConnected, std::move(inputs), {}, graph.node(id).name));
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
