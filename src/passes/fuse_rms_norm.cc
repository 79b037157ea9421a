// x * (1 / sqrt(mean(x^2) + eps)) * gamma -> RMSNorm(x, gamma). The inverse root is spelled
// Divide(1, Sqrt) or Power(-0.5); the square Power(x, 2) or Multiply(x, x); gamma may be missing
// (folded when all ones).
#include <optional>

#include "passes/match.h"
#include "passes/pass.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

// The value under 1 / sqrt(.), or none.
Value under_inverse_root(const ir::Graph& graph, Value value) {
  if (graph.is(value, Op::Divide)) {
    const auto& in = graph.node(value).inputs;
    return scalar_constant(graph, in[0]) == 1.0f ? input_of(graph, in[1], Op::Sqrt, 0) : Value{};
  }
  if (graph.is(value, Op::Power)) {
    const auto& in = graph.node(value).inputs;
    return scalar_constant(graph, in[1]) == -0.5f ? in[0] : Value{};
  }
  return {};
}

// The x of mean(x^2) over the last axis, dimensions kept.
Value under_mean_square(const ir::Graph& graph, Value value) {
  if (!graph.is(value, Op::ReduceMean) || !graph.node(value).attrs.flag("keep_dims")) return {};
  const auto& in = graph.node(value).inputs;
  const auto axes = int_constant(graph, in[1]);
  const PartialShape& shape = graph.info(in[0]).shape;
  if (!axes || axes->size() != 1 || !shape.rank_is_static() ||
      from_front((*axes)[0], shape.rank()) != static_cast<int64_t>(shape.rank()) - 1)
    return {};
  const Value square = in[0];
  if (graph.is(square, Op::Power))
    return scalar_constant(graph, graph.node(square).inputs[1]) == 2.0f
               ? graph.node(square).inputs[0]
               : Value{};
  if (graph.is(square, Op::Multiply)) {
    const auto& factors = graph.node(square).inputs;
    return factors[0] == factors[1] ? factors[0] : Value{};
  }
  return {};
}

struct Norm {
  Value x;
  float epsilon = 0;
};

std::optional<Norm> match_norm(const ir::Graph& graph, Value product) {
  const auto parts = operands(graph, product, Op::Multiply, [&](Value v) {
    return static_cast<bool>(under_inverse_root(graph, v));
  });
  if (!parts) return std::nullopt;
  const auto sum = operands(graph, under_inverse_root(graph, parts.match), Op::Add, [&](Value v) {
    return static_cast<bool>(under_mean_square(graph, v));
  });
  if (!sum || under_mean_square(graph, sum.match) != parts.other) return std::nullopt;
  const auto epsilon = scalar_constant(graph, sum.other);
  const ir::OutputInfo& x = graph.info(parts.other);
  if (!epsilon || x.type != ElementType::f32 || !x.shape[x.shape.rank() - 1].is_static())
    return std::nullopt;
  return Norm{parts.other, *epsilon};
}

// A constant of one factor per element of the last axis.
bool is_gamma(const ir::Graph& graph, Value value, int64_t size) {
  if (!graph.is(value, Op::Const) || !is_float(graph.info(value).type)) return false;
  const Shape shape = graph.info(value).shape.to_shape();
  return !shape.empty() && shape.back() == static_cast<size_t>(size) &&
         shape_size(shape) == static_cast<size_t>(size);
}

}  // namespace

bool fuse_rms_norm(ir::Graph& graph) {
  bool changed = false;
  const Readers readers(graph);
  for (ir::NodeId id : graph.topological_order()) {
    const auto norm = match_norm(graph, {id, 0});
    if (!norm) continue;
    const PartialShape& shape = graph.info(norm->x).shape;
    const int64_t size = shape[shape.rank() - 1].get_length();
    Value target{id, 0}, gamma;
    if (readers.count(target) == 1) {
      const Value outer{readers.of(id)[0].node, 0};
      const auto scaled =
          operands(graph, outer, Op::Multiply, [&](Value v) { return is_gamma(graph, v, size); });
      if (scaled) {
        gamma = scaled.match;
        target = outer;
      }
    }
    const Value fused =
        graph.add(Op::RMSNorm, {norm->x, gamma}, {{"epsilon", static_cast<double>(norm->epsilon)}},
                  graph.node(target).name);
    graph.replace(target, fused);
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
