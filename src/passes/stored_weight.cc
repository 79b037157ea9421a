#include "passes/stored_weight.h"

#include <algorithm>
#include <limits>

#include "passes/match.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

Value skip_converts(const ir::Graph& graph, Value value) {
  while (graph.is(value, Op::Convert)) value = graph.node(value).inputs[0];
  return value;
}

bool is_constant(const ir::Graph& graph, Value value) {
  return graph.is(skip_converts(graph, value), Op::Const);
}

size_t constant_size(const ir::Graph& graph, Value constant) {
  return shape_size(graph.info(constant).shape.to_shape());
}

// Scales as they are stored: a constant, or a constant times one number for the whole tensor.
struct Scales {
  Value of_groups;
  Value of_tensor;
  size_t count = std::numeric_limits<size_t>::max();  // no scales have the most
};
Scales match_scales(const ir::Graph& graph, Value value) {
  value = skip_converts(graph, value);
  Scales out;
  if (graph.is(value, Op::Multiply)) {
    const auto& factors = graph.node(value).inputs;
    if (!is_constant(graph, factors[0]) || !is_constant(graph, factors[1])) return out;
    value = skip_converts(graph, factors[0]);
    out.of_tensor = skip_converts(graph, factors[1]);
    if (constant_size(graph, out.of_tensor) != 1) return {};
  }
  if (!graph.is(value, Op::Const)) return {};
  out.of_groups = value;
  out.count = constant_size(graph, value);
  return out;
}

// Indices under conversions, when `value` looks them up in a table along its only axis.
Value match_indices(const ir::Graph& graph, Value value, Value& table) {
  if (!graph.is(value, Op::Gather)) return {};
  const auto& inputs = graph.node(value).inputs;
  table = skip_converts(graph, inputs[0]);
  const Value indices = skip_converts(graph, inputs[1]);
  if (!graph.is(table, Op::Const) || !graph.node(table).data.in_memory()) return {};
  const ir::OutputInfo& info = graph.info(table);
  const bool is_table = is_float(info.type) && info.shape.rank() == 1;
  return is_table && graph.is(indices, Op::Const) ? indices : Value{};
}

// A constant whose bytes are there and can be read as a matrix by the kernels.
bool is_matrix(const ir::Graph& graph, Value value, bool of_indices) {
  const ir::Node& node = graph.node(value);
  if (node.op != Op::Const || !node.data.in_memory()) return false;
  const ir::OutputInfo& info = node.outputs[0];
  const bool plain = (is_float(info.type) && info.type != ElementType::f8e8m0) ||
                     is_gguf_block(info.type) || info.type == ElementType::i8 ||
                     info.type == ElementType::i4;
  const bool is_unsigned = info.type == ElementType::u8 || info.type == ElementType::u4;
  const bool taken =
      of_indices ? is_unsigned || info.type == ElementType::u16 : plain || is_unsigned;
  return taken && (info.shape.rank() == 2 || info.shape.rank() == 3);
}

// One scale or zero point per row and group, or a single one for all.
bool fits_groups(const ir::Graph& graph, Value parameters, const Shape& weight) {
  const Shape shape = graph.info(parameters).shape.to_shape();
  const size_t count = shape_size(shape);
  const size_t groups = weight.size() == 3 ? weight[1] : 1;
  return count == weight[0] * groups && (shape.empty() || shape.size() <= weight.size());
}

}  // namespace

std::optional<StoredWeight> match_stored_weight(const ir::Graph& graph, Value value) {
  const PartialShape& shape = graph.info(value).shape;
  if (!shape.is_static() || shape.rank() != 2) return std::nullopt;
  value = skip_converts(graph, value);
  if (graph.is(value, Op::Reshape)) value = skip_converts(graph, graph.node(value).inputs[0]);
  StoredWeight out;
  if (graph.is(value, Op::Multiply)) {
    // Of two constants the smaller one is the scale.
    const auto& inputs = graph.node(value).inputs;
    const Scales first = match_scales(graph, inputs[0]), second = match_scales(graph, inputs[1]);
    const bool scale_first = first.count < second.count;
    const Scales& scales = scale_first ? first : second;
    if (!scales.of_groups) return std::nullopt;
    out.scale = scales.of_groups;
    out.tensor_scale = scales.of_tensor;
    value = skip_converts(graph, inputs[scale_first ? 1 : 0]);
  }
  if (graph.is(value, Op::Subtract)) {
    const auto& inputs = graph.node(value).inputs;
    if (!is_constant(graph, inputs[1])) return std::nullopt;
    out.zero_point = skip_converts(graph, inputs[1]);
    value = skip_converts(graph, inputs[0]);
  }
  if (const Value indices = match_indices(graph, value, out.table)) value = indices;
  if (!is_matrix(graph, value, static_cast<bool>(out.table))) return std::nullopt;
  out.weight = value;
  const Shape stored = graph.info(value).shape.to_shape();
  const size_t columns = stored.size() == 3 ? stored[1] * stored[2] : stored[1];
  if (PartialShape(Shape{stored[0], columns}) != shape) return std::nullopt;
  if (stored.size() == 3 && !out.scale) return std::nullopt;
  if (out.scale && !fits_groups(graph, out.scale, stored)) return std::nullopt;
  if (out.zero_point && !fits_groups(graph, out.zero_point, stored) &&
      shape_size(graph.info(out.zero_point).shape.to_shape()) != 1)
    return std::nullopt;
  return out;
}

}  // namespace hearth::passes
