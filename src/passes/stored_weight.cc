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

constexpr size_t kNoConstant = std::numeric_limits<size_t>::max();

// Elements of the constant under conversions.
size_t constant_size(const ir::Graph& graph, Value value) {
  value = skip_converts(graph, value);
  if (!graph.is(value, Op::Const)) return kNoConstant;
  return shape_size(graph.info(value).shape.to_shape());
}

// A constant whose bytes are there and can be read as a matrix by the kernels.
bool is_matrix(const ir::Graph& graph, Value value) {
  const ir::Node& node = graph.node(value);
  if (node.op != Op::Const || !node.data.in_memory()) return false;
  const ir::OutputInfo& info = node.outputs[0];
  const bool numeric = (is_float(info.type) && info.type != ElementType::f8e8m0) ||
                       is_gguf_block(info.type) || info.type == ElementType::i8 ||
                       info.type == ElementType::u8 || info.type == ElementType::i4 ||
                       info.type == ElementType::u4;
  return numeric && (info.shape.rank() == 2 || info.shape.rank() == 3);
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
    const size_t first = constant_size(graph, inputs[0]), second = constant_size(graph, inputs[1]);
    const bool scale_first = first < second;
    if (std::min(first, second) == kNoConstant) return std::nullopt;
    out.scale = skip_converts(graph, inputs[scale_first ? 0 : 1]);
    value = skip_converts(graph, inputs[scale_first ? 1 : 0]);
  }
  if (graph.is(value, Op::Subtract)) {
    const auto& inputs = graph.node(value).inputs;
    if (!is_constant(graph, inputs[1])) return std::nullopt;
    out.zero_point = skip_converts(graph, inputs[1]);
    value = skip_converts(graph, inputs[0]);
  }
  if (!is_matrix(graph, value)) return std::nullopt;
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
