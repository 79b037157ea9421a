#include "passes/match.h"

#include "base/decode.h"

namespace hearth::passes {

using ir::Op;
using ir::Value;

Value input_of(const ir::Graph& graph, Value value, Op op, size_t i) {
  if (!graph.is(value, op)) return {};
  const auto& inputs = graph.node(value).inputs;
  return i < inputs.size() ? inputs[i] : Value{};
}

std::optional<float> scalar_constant(const ir::Graph& graph, Value value) {
  while (graph.is(value, Op::Convert)) value = graph.node(value).inputs[0];
  if (!graph.is(value, Op::Const)) return std::nullopt;
  const ir::OutputInfo& info = graph.info(value);
  const Bytes& data = graph.node(value).data;
  if (info.type == ElementType::string || !data.in_memory() ||
      shape_size(info.shape.to_shape()) != 1)
    return std::nullopt;
  float out = 0;
  decode_to_f32(info.type, data.data(), 0, 1, &out);
  return out;
}

std::optional<std::vector<int64_t>> int_constant(const ir::Graph& graph, Value value) {
  if (!graph.is(value, Op::Const)) return std::nullopt;
  const ir::OutputInfo& info = graph.info(value);
  const Bytes& data = graph.node(value).data;
  if (!is_integer(info.type) || !data.in_memory()) return std::nullopt;
  const size_t count = shape_size(info.shape.to_shape());
  std::vector<int64_t> out(count);
  for (size_t i = 0; i < count; ++i) out[i] = read_int(info.type, data.data(), i);
  return out;
}

}  // namespace hearth::passes
