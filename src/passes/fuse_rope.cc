// x * cos + rotate_half(x) * sin -> RoPE(x, cos, sin) on heads [B, H, T, D], with cos and sin seen
// before their Unsqueeze, [B, T, D]. rotate_half(x) = Concat(-x[D/2:], x[:D/2]); the halves come
// from Slice, StridedSlice, Split or VariadicSplit, the sign from Multiply(-1) or Negative.
#include <optional>

#include "ir/schema.h"
#include "passes/match.h"
#include "passes/pass.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

// A contiguous part of the last axis of a value.
struct Part {
  Value whole;
  int64_t begin = 0;
  int64_t end = 0;
};

std::optional<Part> part_of_slice(const ir::Graph& graph, const ir::Node& node, int64_t size) {
  if (node.inputs.size() != 5) return std::nullopt;
  const auto start = int_constant(graph, node.inputs[1]);
  const auto stop = int_constant(graph, node.inputs[2]);
  const auto step = int_constant(graph, node.inputs[3]);
  const auto axes = int_constant(graph, node.inputs[4]);
  if (!start || !stop || !step || !axes || axes->size() != 1 || (*step)[0] != 1)
    return std::nullopt;
  const size_t rank = graph.info(node.inputs[0]).shape.rank();
  if (from_front((*axes)[0], rank) != static_cast<int64_t>(rank) - 1) return std::nullopt;
  return Part{node.inputs[0], (*start)[0], std::min((*stop)[0], size)};
}

std::optional<Part> part_of_strided_slice(const ir::Graph& graph, const ir::Node& node,
                                          int64_t size) {
  const auto begin = int_constant(graph, node.inputs[1]);
  const auto end = int_constant(graph, node.inputs[2]);
  const size_t rank = graph.info(node.inputs[0]).shape.rank();
  if (!begin || !end || begin->size() != rank || end->size() != rank) return std::nullopt;
  if (node.inputs.size() > 3) {
    const auto strides = int_constant(graph, node.inputs[3]);
    if (!strides) return std::nullopt;
    for (int64_t s : *strides)
      if (s != 1) return std::nullopt;
  }
  for (const char* mask : {"new_axis_mask", "shrink_axis_mask", "ellipsis_mask"})
    for (int64_t bit : node.attrs.get<std::vector<int64_t>>(mask))
      if (bit != 0) return std::nullopt;
  const auto masked = [&](const char* name, size_t axis) {
    const auto& bits = node.attrs.get<std::vector<int64_t>>(name);
    return axis < bits.size() && bits[axis] != 0;
  };
  for (size_t axis = 0; axis + 1 < rank; ++axis)
    if (!masked("begin_mask", axis) || !masked("end_mask", axis)) return std::nullopt;
  const size_t last = rank - 1;
  return Part{node.inputs[0], masked("begin_mask", last) ? 0 : (*begin)[last],
              masked("end_mask", last) ? size : std::min((*end)[last], size)};
}

// Split and VariadicSplit along the last axis: the outputs lie side by side.
std::optional<Part> part_of_split(const ir::Graph& graph, const ir::Node& node, Value value) {
  const auto axis = int_constant(graph, node.inputs[1]);
  const size_t rank = graph.info(node.inputs[0]).shape.rank();
  if (!axis || from_front((*axis)[0], rank) != static_cast<int64_t>(rank) - 1) return std::nullopt;
  Part part{node.inputs[0], 0, 0};
  for (int32_t port = 0; port <= value.port; ++port) {
    const Dimension size = graph.info({value.node, port}).shape[rank - 1];
    if (!size.is_static()) return std::nullopt;
    part.begin = part.end;
    part.end += size.get_length();
  }
  return part;
}

std::optional<Part> part_of(const ir::Graph& graph, Value value) {
  const ir::Node& node = graph.node(value);
  if (node.inputs.empty() || !node.inputs[0]) return std::nullopt;
  const PartialShape& shape = graph.info(node.inputs[0]).shape;
  if (!shape.rank_is_static() || shape.rank() == 0 || !shape[shape.rank() - 1].is_static())
    return std::nullopt;
  const int64_t size = shape[shape.rank() - 1].get_length();
  switch (node.op) {
    case Op::Slice:
      return part_of_slice(graph, node, size);
    case Op::StridedSlice:
      return part_of_strided_slice(graph, node, size);
    case Op::Split:
    case Op::VariadicSplit:
      return part_of_split(graph, node, value);
    default:
      return std::nullopt;
  }
}

Value under_negation(const ir::Graph& graph, Value value) {
  if (graph.is(value, Op::Negative)) return graph.node(value).inputs[0];
  return operands(graph, value, Op::Multiply,
                  [&](Value v) { return scalar_constant(graph, v) == -1.0f; })
      .other;
}

// The x of rotate_half(x), all of its last axis rotated.
Value under_rotation(const ir::Graph& graph, Value value) {
  if (!graph.is(value, Op::Concat) || graph.node(value).inputs.size() != 2) return {};
  const ir::Node& node = graph.node(value);
  const PartialShape& shape = graph.info(value).shape;
  if (!shape.rank_is_static() || shape.rank() != 4 || !shape[3].is_static() ||
      from_front(node.attrs.integer("axis"), 4) != 3)
    return {};
  const int64_t size = shape[3].get_length();
  const Value negated = under_negation(graph, node.inputs[0]);
  if (!negated) return {};
  const auto second = part_of(graph, negated);
  const auto first = part_of(graph, node.inputs[1]);
  const bool halves = second && first && second->whole == first->whole && first->begin == 0 &&
                      first->end == size / 2 && second->begin == size / 2 && second->end == size;
  return halves ? first->whole : Value{};
}

// [B, T, D] under the Unsqueeze that makes it [B, 1, T, D].
Value under_head_axis(const ir::Graph& graph, Value value) {
  const Value table = input_of(graph, value, Op::Unsqueeze, 0);
  if (!table) return {};
  const auto axes = int_constant(graph, graph.node(value).inputs[1]);
  const PartialShape& shape = graph.info(table).shape;
  const bool third = shape.rank_is_static() && shape.rank() == 3;
  return third && axes && axes->size() == 1 && from_front((*axes)[0], 4) == 1 ? table : Value{};
}

struct Rotation {
  Value x, cos, sin;
};

std::optional<Rotation> match_rotation(const ir::Graph& graph, Value sum) {
  // The rotated term is the product that has a rotation in it; the other one must be of the same x.
  const auto is_rotated_product = [&](Value v) {
    return static_cast<bool>(operands(graph, v, Op::Multiply, [&](Value f) {
      return static_cast<bool>(under_rotation(graph, f));
    }));
  };
  const auto terms = operands(graph, sum, Op::Add, is_rotated_product);
  if (!terms) return std::nullopt;
  const auto rotated = operands(graph, terms.match, Op::Multiply, [&](Value f) {
    return static_cast<bool>(under_rotation(graph, f));
  });
  Rotation out;
  out.x = under_rotation(graph, rotated.match);
  out.sin = under_head_axis(graph, rotated.other);
  const auto straight =
      operands(graph, terms.other, Op::Multiply, [&](Value f) { return f == out.x; });
  if (!straight || !out.sin) return std::nullopt;
  out.cos = under_head_axis(graph, straight.other);
  const bool known = out.cos && graph.info(out.x).type == ElementType::f32 &&
                     graph.info(out.x).shape[3] == graph.info(out.cos).shape[2] &&
                     graph.info(out.x).shape[3] == graph.info(out.sin).shape[2];
  return known ? std::optional(out) : std::nullopt;
}

}  // namespace

bool fuse_rope(ir::Graph& graph) {
  bool changed = false;
  for (ir::NodeId id : graph.topological_order()) {
    const auto match = match_rotation(graph, {id, 0});
    if (!match) continue;
    graph.replace({id, 0},
                  graph.add(Op::RoPE, {match->x, match->cos, match->sin}, {}, graph.node(id).name));
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
