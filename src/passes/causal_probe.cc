#include "passes/causal_probe.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "base/decode.h"
#include "hearth/exception.hpp"
#include "passes/match.h"
#include "ref/interpreter.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

// One batch to try: `past` cached tokens, `fresh` new ones, `padding[b]` cells at the left of row b
// masked.
struct Batch {
  int64_t past = 0;
  int64_t fresh = 0;
  std::vector<int64_t> padding;
  int64_t rows() const { return static_cast<int64_t>(padding.size()); }
  int64_t cells() const { return past + fresh; }
};

Tensor int_tensor(ElementType type, Shape shape, const std::vector<int64_t>& values) {
  Tensor out(type, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i) {
    if (type == ElementType::i32)
      out.data<int32_t>()[i] = static_cast<int32_t>(values[i]);
    else
      out.data<int64_t>()[i] = values[i];
  }
  return out;
}

// All nodes that `value` depends on.
std::set<ir::NodeId> dependencies(const ir::Graph& graph, Value value) {
  std::set<ir::NodeId> seen;
  std::vector<ir::NodeId> work{value.node};
  while (!work.empty()) {
    const ir::NodeId id = work.back();
    work.pop_back();
    if (!seen.insert(id).second) continue;
    for (Value in : graph.node(id).inputs)
      if (in) work.push_back(in.node);
  }
  return seen;
}

// What a value derived from a variable has as its length: the past alone, or with the new tokens.
std::optional<bool> includes_fresh(const ir::Graph& graph, Value value) {
  if (graph.is(value, Op::ReadValue)) return false;
  if (graph.is(value, Op::Gather) && graph.is(graph.node(value).inputs[0], Op::ReadValue))
    return false;
  if (graph.is(value, Op::Concat) && includes_fresh(graph, graph.node(value).inputs[0]) == false)
    return true;
  return std::nullopt;
}

class Probe {
 public:
  Probe(const ir::Graph& graph, Value mask, const ProbeInputs& inputs)
      : graph_(graph),
        mask_(mask),
        inputs_(inputs),
        needed_(dependencies(graph, mask)),
        interpreter_(graph) {}

  // Does the mask equal a causal one with this window on this batch?
  bool agrees(const Batch& batch, int64_t window) {
    const std::vector<float> seen = evaluate(batch);
    if (seen.empty()) return false;
    const int64_t rows = batch.rows(), cells = batch.cells();
    const bool shared = static_cast<int64_t>(seen.size()) == batch.fresh * cells && rows > 1;
    if (!shared && static_cast<int64_t>(seen.size()) != rows * batch.fresh * cells) return false;
    for (int64_t b = 0; b < rows; ++b)
      for (int64_t t = 0; t < batch.fresh; ++t)
        for (int64_t j = 0; j < cells; ++j) {
          const int64_t p = batch.past + t;
          const int64_t padding = batch.padding[static_cast<size_t>(b)];
          if (p < padding) continue;  // a padding query: whatever the mask says is as good
          const bool expected =
              j <= p && (window == 0 || j > p - window) && (shared || j >= padding);
          const int64_t at = ((shared ? 0 : b) * batch.fresh + t) * cells + j;
          const float value = seen[static_cast<size_t>(at)];
          if (expected != (value == 1.0f) || (!expected && value != 0.0f)) return false;
        }
    return true;
  }

  // Integers that occur in the mask's sub-graph: a window is one of them, up to sign and one.
  std::vector<int64_t> candidates() const {
    std::set<int64_t> out;
    for (ir::NodeId id : needed_) {
      const auto values = int_constant(graph_, {id, 0});
      if (!values || values->size() != 1) continue;
      const int64_t v = std::abs((*values)[0]);
      for (int64_t w : {v - 1, v, v + 1})
        if (w >= 1 && w < (int64_t{1} << 24)) out.insert(w);
    }
    return {out.begin(), out.end()};
  }

 private:
  // 1 for cells seen, 0 for hidden ones, something else for values that are neither; empty on
  // failure.
  std::vector<float> evaluate(const Batch& batch) {
    std::vector<Tensor> out;
    try {
      out = interpreter_.evaluate({mask_}, overrides(batch));
    } catch (const Exception&) {
      return {};  // the mask needs something that the probe does not give
    }
    const Tensor& mask = out[0];
    const Shape& shape = mask.get_shape();
    if (shape.size() != 4 || shape[1] != 1) return {};
    std::vector<float> values(mask.get_size());
    decode_to_f32(mask.get_element_type(), static_cast<const std::byte*>(mask.data()), 0,
                  values.size(), values.data());
    if (mask.get_element_type() != ElementType::boolean)
      for (float& v : values) v = v == 0.0f ? 1.0f : v <= -1e4f ? 0.0f : 2.0f;
    return values;
  }

  std::map<Value, Tensor> overrides(const Batch& batch) {
    const auto b = static_cast<size_t>(batch.rows()), t = static_cast<size_t>(batch.fresh);
    std::map<Value, Tensor> out;
    const auto set = [&](ir::NodeId id, Shape shape, const std::vector<int64_t>& values) {
      if (id != ir::kNoNode)
        out[{id, 0}] = int_tensor(graph_.node(id).outputs[0].type, std::move(shape), values);
    };
    std::vector<int64_t> kept, positions, beams;
    for (size_t row = 0; row < b; ++row) {
      beams.push_back(static_cast<int64_t>(row));
      for (int64_t j = 0; j < batch.cells(); ++j) kept.push_back(j >= batch.padding[row] ? 1 : 0);
      for (int64_t i = 0; i < batch.fresh; ++i)
        positions.push_back(std::max<int64_t>(batch.past + i - batch.padding[row], 0));
    }
    set(inputs_.input_ids, {b, t}, std::vector<int64_t>(b * t, 0));
    set(inputs_.attention_mask, {b, static_cast<size_t>(batch.cells())}, kept);
    set(inputs_.position_ids, {b, t}, positions);
    set(inputs_.beam_idx, {b}, beams);
    for (ir::NodeId id : needed_) {
      if (graph_.node(id).op != Op::ShapeOf) continue;
      const Value of = graph_.node(id).inputs[0];
      const auto fresh = includes_fresh(graph_, of);
      const PartialShape& shape = graph_.info(of).shape;
      if (!fresh || shape.rank() != 4) continue;
      set(id, {4},
          {batch.rows(), shape[1].min(), *fresh ? batch.cells() : batch.past, shape[3].min()});
    }
    return out;
  }

  const ir::Graph& graph_;
  Value mask_;
  const ProbeInputs& inputs_;
  std::set<ir::NodeId> needed_;
  ref::Interpreter interpreter_;
};

}  // namespace

std::optional<CausalMask> probe_causal_mask(const ir::Graph& graph, Value mask,
                                            const ProbeInputs& inputs) {
  if (inputs.input_ids == ir::kNoNode || inputs.attention_mask == ir::kNoNode) return std::nullopt;
  Probe probe(graph, mask, inputs);
  // First tokens, more tokens, one token; rows with and without padding.
  const std::vector<Batch> batches = {
      {0, 5, {2, 0}}, {3, 4, {0, 1, 4}}, {6, 1, {0, 3}}, {0, 1, {0}}};
  const auto all_agree = [&](int64_t window) {
    return std::all_of(batches.begin(), batches.end(),
                       [&](const Batch& batch) { return probe.agrees(batch, window); });
  };
  for (int64_t window : probe.candidates()) {
    // A window shows at the query that is just past it, and not one earlier.
    const Batch edge{window + 1, 2, {0}};
    if (probe.agrees(edge, window))
      return all_agree(window) ? std::optional(CausalMask{window}) : std::nullopt;
  }
  if (all_agree(0)) return CausalMask{0};
  return std::nullopt;
}

}  // namespace hearth::passes
