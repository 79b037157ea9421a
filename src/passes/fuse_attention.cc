// Scaled dot product attention over a key-value state becomes CachedAttention: the cache is then
// the runtime's own (paged), the causal mask is a rule instead of a matrix, and kv heads are not
// repeated.
//
//   past = ReadValue(K); all = Concat(Gather(past, beam_idx), fresh); Assign(K, all)
//   SDPA(q, [repeat heads](all k), [repeat heads](all v), mask, scale)
//
// All attention layers are fused or none: half of a state in one place and half in another helps
// nobody.
#include <cmath>
#include <map>
#include <optional>

#include "base/log.h"
#include "passes/causal_probe.h"
#include "passes/match.h"
#include "passes/pass.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

struct CachedInput {
  Value fresh;  // [B, K, T, D]
  Value beam_idx;
  std::string variable;
  ir::NodeId assign = ir::kNoNode;
};

struct Layer {
  ir::NodeId sdpa = ir::kNoNode;
  CachedInput key, value;
  Value q;
  float scale = 1.0f;
  int64_t window = 0;
};

// Undoes Unsqueeze(2) -> Broadcast -> Reshape, which repeats every kv head for its query heads.
Value under_repeated_heads(const ir::Graph& graph, Value value) {
  const Value wide = input_of(graph, input_of(graph, value, Op::Reshape, 0), Op::Broadcast, 0);
  const Value narrow = input_of(graph, wide, Op::Unsqueeze, 0);
  if (!narrow) return value;
  const auto axes = int_constant(graph, graph.node(wide).inputs[1]);
  const PartialShape& in = graph.info(narrow).shape;
  const PartialShape& out = graph.info(value).shape;
  const bool repeats = axes && axes->size() == 1 && from_front((*axes)[0], 5) == 2 &&
                       in.rank_is_static() && in.rank() == 4 && out.rank_is_static() &&
                       out.rank() == 4 && in[1].is_static() && out[1].is_static() &&
                       out[1].get_length() % in[1].get_length() == 0 && in[3] == out[3];
  return repeats ? narrow : value;
}

std::optional<CachedInput> match_cache(const ir::Graph& graph, Value value) {
  const Value all = under_repeated_heads(graph, value);
  if (!graph.is(all, Op::Concat) || graph.node(all).inputs.size() != 2 ||
      from_front(graph.node(all).attrs.integer("axis"), 4) != 2)
    return std::nullopt;
  const Value past = graph.node(all).inputs[0];
  CachedInput out;
  out.fresh = graph.node(all).inputs[1];
  Value read = past;
  if (graph.is(past, Op::Gather)) {
    const auto axis = int_constant(graph, graph.node(past).inputs[2]);
    if (!axis || axis->size() != 1 || (*axis)[0] != 0) return std::nullopt;
    read = graph.node(past).inputs[0];
    out.beam_idx = graph.node(past).inputs[1];
  }
  if (!graph.is(read, Op::ReadValue)) return std::nullopt;
  out.variable = graph.node(read).attrs.text("variable_id");
  out.assign = graph.find_variable(Op::Assign, out.variable);
  if (out.assign == ir::kNoNode || graph.node(out.assign).inputs[0] != all) return std::nullopt;
  const PartialShape& fresh = graph.info(out.fresh).shape;
  const bool known = graph.info(out.fresh).type == ElementType::f32 && fresh.rank_is_static() &&
                     fresh.rank() == 4 && fresh[1].is_static() && fresh[3].is_static();
  return known ? std::optional(out) : std::nullopt;
}

std::optional<Layer> match_layer(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& sdpa = graph.node(id);
  if (sdpa.attrs.flag("causal") || sdpa.inputs.size() < 4 || sdpa.inputs.size() > 5)
    return std::nullopt;
  const auto key = match_cache(graph, sdpa.inputs[1]);
  const auto value = match_cache(graph, sdpa.inputs[2]);
  const PartialShape& q = graph.info(sdpa.inputs[0]).shape;
  if (!key || !value || key->beam_idx != value->beam_idx || !q.rank_is_static() || q.rank() != 4 ||
      !q[1].is_static() || !q[3].is_static())
    return std::nullopt;
  Layer layer{id, *key, *value, sdpa.inputs[0], 1.0f, 0};
  layer.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(q[3].get_length())));
  if (sdpa.inputs.size() == 5) {
    const auto scale = scalar_constant(graph, sdpa.inputs[4]);
    if (!scale) return std::nullopt;
    layer.scale = *scale;
  }
  return layer;
}

// The same heads with tokens before heads, [B, T, H, D]: undoes the Transpose that made them heads
// first, through a RoPE on the way.
Value token_major(ir::Graph& graph, Value heads) {
  const auto swaps = [&](Value v) {
    const auto order = int_constant(graph, graph.node(v).inputs[1]);
    return order == std::vector<int64_t>{0, 2, 1, 3};
  };
  if (graph.is(heads, Op::Transpose) && swaps(heads)) return graph.node(heads).inputs[0];
  if (graph.is(heads, Op::RoPE) && !graph.node(heads).attrs.flag("token_major")) {
    const ir::Node rope = graph.node(heads);
    ir::Attributes attrs = rope.attrs;
    attrs.set("token_major", true);
    const Value x = token_major(graph, rope.inputs[0]);
    return graph.add(Op::RoPE, {x, rope.inputs[1], rope.inputs[2]}, attrs, rope.name);
  }
  const std::vector<int64_t> order{0, 2, 1, 3};
  const Value constant = graph.add_constant(ElementType::i64, Shape{4},
                                            Bytes::copy_of(std::as_bytes(std::span(order))));
  return graph.add(Op::Transpose, {heads, constant});
}

// [B, H, T, Dv] for the readers of SDPA. The usual ones, Transpose then Reshape to [B, T, H * Dv],
// give way to the fused op's own output.
void replace_output(ir::Graph& graph, const Readers& readers, ir::NodeId sdpa, Value fused) {
  const auto& users = readers.of(sdpa);
  if (users.size() == 1 && graph.is({users[0].node, 0}, Op::Transpose)) {
    const Value transposed{users[0].node, 0};
    const auto order = int_constant(graph, graph.node(transposed).inputs[1]);
    const auto& next = readers.of(transposed.node);
    if (order == std::vector<int64_t>{0, 2, 1, 3} && next.size() == 1 &&
        graph.is({next[0].node, 0}, Op::Reshape)) {
      const Value joined{next[0].node, 0};
      const PartialShape& shape = graph.info(joined).shape;
      if (shape.rank_is_static() && shape.rank() == 3 && shape[2] == graph.info(fused).shape[2])
        return graph.replace(joined, fused);
    }
  }
  const PartialShape& heads = graph.info(Value{sdpa, 0}).shape;
  const auto ints = [&](const std::vector<int64_t>& v) {
    return graph.add_constant(ElementType::i64, Shape{v.size()},
                              Bytes::copy_of(std::as_bytes(std::span(v))));
  };
  const Value split =
      graph.add(Op::Reshape, {fused, ints({0, 0, heads[1].get_length(), heads[3].get_length()})},
                {{"special_zero", true}});
  graph.replace({sdpa, 0}, graph.add(Op::Transpose, {split, ints({0, 2, 1, 3})}));
}

void fuse_layer(ir::Graph& graph, const Layer& layer, Value attention_mask) {
  const Readers readers(graph);
  const Value q = token_major(graph, layer.q);
  const Value k = token_major(graph, layer.key.fresh);
  const Value v = token_major(graph, layer.value.fresh);
  const Value fused = graph.add(Op::CachedAttention, {q, k, v, layer.key.beam_idx, attention_mask},
                                {{"key_variable", layer.key.variable},
                                 {"value_variable", layer.value.variable},
                                 {"scale", static_cast<double>(layer.scale)},
                                 {"sliding_window", layer.window}},
                                graph.node(layer.sdpa).name);
  replace_output(graph, readers, layer.sdpa, fused);
  graph.remove(layer.key.assign);
  graph.remove(layer.value.assign);
}

std::vector<Layer> match_layers(const ir::Graph& graph) {
  std::vector<Layer> layers;
  for (ir::NodeId id : graph.topological_order()) {
    if (graph.node(id).op != Op::ScaledDotProductAttention) continue;
    auto layer = match_layer(graph, id);
    if (!layer) {
      log(LogLevel::info, "fuse_attention: {} has no key-value state of the known form",
          ir::describe(graph.node(id)));
      return {};
    }
    layers.push_back(std::move(*layer));
  }
  return layers;
}

}  // namespace

bool fuse_attention(ir::Graph& graph) {
  std::vector<Layer> layers = match_layers(graph);
  if (layers.empty()) return false;
  const ProbeInputs inputs{graph.find_parameter("input_ids"),
                           graph.find_parameter("attention_mask"),
                           graph.find_parameter("position_ids"), graph.find_parameter("beam_idx")};
  std::map<Value, std::optional<CausalMask>> masks;
  for (Layer& layer : layers) {
    const Value mask = graph.node(layer.sdpa).inputs[3];
    if (masks.count(mask) == 0) masks[mask] = probe_causal_mask(graph, mask, inputs);
    if (!masks[mask]) {
      log(LogLevel::info, "fuse_attention: the mask of {} is not a causal one",
          ir::describe(graph.node(layer.sdpa)));
      return false;
    }
    layer.window = masks[mask]->window;
  }
  ir::Graph fused = graph;
  for (const Layer& layer : layers) fuse_layer(fused, layer, {inputs.attention_mask, 0});
  fused.prune();
  for (const Layer& layer : layers) {
    if (fused.find_variable(Op::ReadValue, layer.key.variable) == ir::kNoNode &&
        fused.find_variable(Op::ReadValue, layer.value.variable) == ir::kNoNode)
      continue;
    log(LogLevel::info, "fuse_attention: variable {} is read outside of attention",
        layer.key.variable);
    return false;
  }
  graph = std::move(fused);
  return true;
}

}  // namespace hearth::passes
