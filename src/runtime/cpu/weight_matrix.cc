#include "runtime/cpu/weight_matrix.h"

#include <algorithm>

#include "base/decode.h"

namespace hearth::runtime {
namespace {

struct Stored {
  ElementType type = ElementType::dynamic;
  Shape shape;
  const std::byte* data = nullptr;
  size_t count = 0;
};

std::optional<Stored> stored(const ir::Graph& graph, ir::Value value) {
  if (!graph.is(value, ir::Op::Const) || !graph.node(value).data.in_memory()) return std::nullopt;
  const ir::OutputInfo& info = graph.info(value);
  const Shape shape = info.shape.to_shape();
  return Stored{info.type, shape, graph.node(value).data.data(), shape_size(shape)};
}

}  // namespace

std::optional<kernels::WeightMatrix> weight_matrix(const ir::Graph& graph, const ir::Node& node,
                                                   size_t first, std::string& refusal) {
  const auto weight = stored(graph, node.inputs[first]);
  if (!weight || weight->shape.size() < 2 || weight->shape.size() > 3) {
    refusal = "the weight is no constant matrix";
    return std::nullopt;
  }
  kernels::WeightMatrix w;
  w.type = weight->type;
  w.data = weight->data;
  w.rows = static_cast<int64_t>(weight->shape[0]);
  w.cols = static_cast<int64_t>(weight->count / std::max<size_t>(weight->shape[0], 1));
  w.group = w.cols;
  const auto input = [&](size_t i) {
    return first + i < node.inputs.size() ? node.inputs[first + i] : ir::Value{};
  };
  if (input(1)) {
    const auto scale = stored(graph, input(1));
    const int64_t count = scale ? static_cast<int64_t>(scale->count) : 0;
    if (w.rows == 0 || count < w.rows || count % w.rows != 0 || w.cols % (count / w.rows) != 0) {
      refusal = "the scales do not divide the weight into groups";
      return std::nullopt;
    }
    w.scales = scale->data;
    w.scale_type = scale->type;
    w.group = w.cols / (count / w.rows);
  }
  if (input(2)) {
    const auto zero = stored(graph, input(2));
    const int64_t groups = w.group == 0 ? 0 : w.rows * (w.cols / w.group);
    if (!zero || (zero->count != 1 && static_cast<int64_t>(zero->count) != groups)) {
      refusal = "the zero points do not match the groups";
      return std::nullopt;
    }
    w.zero_points = zero->data;
    w.zero_point_type = zero->type;
    w.zero_point_is_scalar = zero->count == 1;
  }
  if (input(3)) {
    const auto scale = stored(graph, input(3));
    if (!scale || scale->count != 1) {
      refusal = "the scale of the tensor is no constant of one element";
      return std::nullopt;
    }
    decode_to_f32(scale->type, scale->data, 0, 1, &w.tensor_scale);
  }
  if (input(4)) {
    const auto table = stored(graph, input(4));
    if (!table || table->type != ElementType::f32 ||
        reinterpret_cast<uintptr_t>(table->data) % alignof(float) != 0) {
      refusal = "the table is no constant of aligned f32";
      return std::nullopt;
    }
    w.table = reinterpret_cast<const float*>(table->data);
    w.table_size = static_cast<int64_t>(table->count);
  }
  return w;
}

}  // namespace hearth::runtime
