// MatMul(x, W^T) with a stored weight becomes FullyConnected, Gather(W, ids) becomes
// EmbeddingLookup: both read W where it lies, in whatever type it is stored.
#include "base/decode.h"
#include "ir/builder.h"
#include "passes/match.h"
#include "passes/pass.h"
#include "passes/stored_weight.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

// The table as f32, which kernels index.
Value float_table(ir::Graph& graph, Value table) {
  const ir::Node& node = graph.node(table);
  const size_t count = shape_size(node.outputs[0].shape.to_shape());
  std::vector<float> values(count);
  decode_to_f32(node.outputs[0].type, node.data.data(), 0, count, values.data());
  return ir::Builder(graph).floats(values, {count}, node.name + "/f32");
}

// The inputs of a fused op: `x`, the weight and what decodes it.
std::vector<Value> fused_inputs(ir::Graph& graph, Value x, const StoredWeight& stored) {
  std::vector<Value> out = {x, stored.weight, stored.scale, stored.zero_point};
  if (stored.tensor_scale || stored.table) out.push_back(stored.tensor_scale);
  if (stored.table) out.push_back(float_table(graph, stored.table));
  return out;
}

bool fuse_matmul(ir::Graph& graph, ir::NodeId id) {
  const ir::Node node = graph.node(id);
  if (node.attrs.flag("transpose_a") || !node.attrs.flag("transpose_b")) return false;
  const ir::OutputInfo& x = graph.info(node.inputs[0]);
  if (x.type != ElementType::f32 || !x.shape.rank_is_static() || x.shape.rank() < 2) return false;
  const auto weight = match_stored_weight(graph, node.inputs[1]);
  if (!weight) return false;
  const Value fused =
      graph.add(Op::FullyConnected, fused_inputs(graph, node.inputs[0], *weight), {}, node.name);
  graph.replace({id, 0}, fused);
  return true;
}

// Ids come through a Convert to i32 in most exports; the lookup takes them as they are.
bool fuse_gather(ir::Graph& graph, ir::NodeId id) {
  const ir::Node node = graph.node(id);
  const auto axis = int_constant(graph, node.inputs[2]);
  if (!axis || axis->size() != 1 || (*axis)[0] != 0 || node.attrs.integer("batch_dims") != 0)
    return false;
  if (graph.info(node.inputs[0]).type != ElementType::f32) return false;
  const auto weight = match_stored_weight(graph, node.inputs[0]);
  if (!weight) return false;
  Value ids = node.inputs[1];
  if (graph.is(ids, Op::Const)) return false;  // a look-up of fixed rows is left to folding
  if (const Value wide = input_of(graph, ids, Op::Convert, 0);
      wide && graph.info(wide).type == ElementType::i64)
    ids = wide;
  const Value fused =
      graph.add(Op::EmbeddingLookup, fused_inputs(graph, ids, *weight), {}, node.name);
  graph.replace({id, 0}, fused);
  return true;
}

}  // namespace

bool fuse_weights(ir::Graph& graph) {
  bool changed = false;
  for (ir::NodeId id : graph.topological_order()) {
    if (graph.node(id).op == Op::MatMul) changed |= fuse_matmul(graph, id);
    if (graph.node(id).op == Op::Gather) changed |= fuse_gather(graph, id);
  }
  return changed;
}

}  // namespace hearth::passes
