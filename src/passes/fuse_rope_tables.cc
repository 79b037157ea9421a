// The tables of RoPE, cos(p f_j) * scale and sin(p f_j) * scale for positions p [B, T], become
// RopeTables(p, f). Tracers spell the angles p f_j in many ways, so they are computed instead of
// matched (causal_probe.h does the same for masks): the frequencies are the angles at position 1,
// and the angles at positions drawn near and far, several in one batch, must be p times those to
// the bit. Frequencies that depend on the longest position (dynamic scaling) differ there and stay
// as they are.
#include <optional>
#include <set>

#include "hearth/exception.hpp"
#include "ir/builder.h"
#include "passes/match.h"
#include "passes/pass.h"
#include "ref/interpreter.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

struct Table {
  Value angles;
  float scale = 1.0f;
};

// The angles under Cos or Sin, perhaps times a scalar.
std::optional<Table> match_table(const ir::Graph& graph, Value value, Op function) {
  Table out;
  const auto scaled = operands(graph, value, Op::Multiply,
                               [&](Value v) { return scalar_constant(graph, v).has_value(); });
  if (scaled) {
    out.scale = *scalar_constant(graph, scaled.match);
    value = scaled.other;
  }
  out.angles = input_of(graph, value, function, 0);
  if (!out.angles) return std::nullopt;
  const ir::OutputInfo& info = graph.info(out.angles);
  const bool rows = info.type == ElementType::f32 && info.shape.rank_is_static() &&
                    info.shape.rank() == 3 && info.shape[2].is_static();
  return rows ? std::optional(out) : std::nullopt;
}

// The parameter that the value alone depends on, if it is one of integers [B, T].
Value only_parameter(const ir::Graph& graph, Value value) {
  std::set<ir::NodeId> seen;
  std::vector<ir::NodeId> work{value.node};
  Value found;
  while (!work.empty()) {
    const ir::NodeId id = work.back();
    work.pop_back();
    if (!seen.insert(id).second) continue;
    const ir::Node& node = graph.node(id);
    if (node.op == Op::Parameter) {
      if (found) return {};
      found = {id, 0};
    } else if (node.op == Op::ReadValue) {
      return {};
    }
    for (const Value input : node.inputs)
      if (input) work.push_back(input.node);
  }
  if (!found || graph.info(found).type != ElementType::i64) return {};
  const PartialShape& shape = graph.info(found).shape;
  return shape.rank_is_static() && shape.rank() == 2 ? found : Value{};
}

class AngleProbe {
 public:
  AngleProbe(const ir::Graph& graph, Value angles, Value positions)
      : interpreter_(graph), angles_(angles), positions_(positions) {}

  // The frequencies; empty when the angles are anything but positions times those.
  std::vector<float> frequencies() {
    const std::vector<float> f = angles_at({1}, 1);
    if (f.empty()) return {};
    // One position, many in one sequence, and sequences of their own; up to where f32 counts no
    // further.
    for (const auto& [positions, rows] : std::vector<std::pair<std::vector<int64_t>, size_t>>{
             {{0}, 1},
             {{8191}, 1},
             {{0, 1, 2, 3, 5, 100, 2047, 4095, 4096, 32769, 131071, 1048577, 16777217}, 1},
             {{7, 3, 0, 40000, 39999, 2}, 2}})
      if (!agrees(f, positions, rows)) return {};
    return f;
  }

 private:
  bool agrees(const std::vector<float>& f, const std::vector<int64_t>& positions, size_t rows) {
    const std::vector<float> angles = angles_at(positions, rows);
    if (angles.size() != positions.size() * f.size()) return false;
    for (size_t i = 0; i < angles.size(); ++i)
      if (angles[i] != static_cast<float>(positions[i / f.size()]) * f[i % f.size()]) return false;
    return true;
  }

  // [B, T, R], or nothing when it takes more than positions to compute.
  std::vector<float> angles_at(const std::vector<int64_t>& positions, size_t rows) {
    Tensor p(ElementType::i64, {rows, positions.size() / rows});
    std::copy(positions.begin(), positions.end(), p.data<int64_t>());
    try {
      const Tensor angles = interpreter_.evaluate({angles_}, {{positions_, p}})[0];
      const auto* data = angles.data<float>();
      return {data, data + angles.get_size()};
    } catch (const Exception&) {
      return {};
    }
  }

  ref::Interpreter interpreter_;
  Value angles_, positions_;
};

}  // namespace

bool fuse_rope_tables(ir::Graph& graph) {
  std::set<std::pair<Value, Value>> tables;  // cos, sin
  for (ir::NodeId id : graph.topological_order())
    if (graph.node(id).op == Op::RoPE)
      tables.insert({graph.node(id).inputs[1], graph.node(id).inputs[2]});
  bool changed = false;
  for (const auto& [cos_value, sin_value] : tables) {
    const auto cos = match_table(graph, cos_value, Op::Cos);
    const auto sin = match_table(graph, sin_value, Op::Sin);
    if (!cos || !sin || cos->angles != sin->angles || cos->scale != sin->scale) continue;
    const Value positions = only_parameter(graph, cos->angles);
    if (!positions) continue;
    const std::vector<float> f = AngleProbe(graph, cos->angles, positions).frequencies();
    if (f.empty()) continue;
    const Value constant = ir::Builder(graph).floats(f, {f.size()});
    const Value fused =
        graph.add(Op::RopeTables, {positions, constant},
                  {{"scale", static_cast<double>(cos->scale)}}, graph.node(cos_value).name);
    graph.replace(cos_value, fused);
    graph.replace(sin_value, {fused.node, 1});
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
