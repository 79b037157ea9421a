#include "passes/fold.h"

#include <memory>

#include "ref/evaluate.h"

namespace hearth::passes {
namespace {

Tensor tensor_of(const ir::Graph& graph, ir::Value value) {
  const ir::OutputInfo& info = graph.info(value);
  const Bytes& data = graph.node(value).data;
  return {info.type, info.shape.to_shape(), const_cast<std::byte*>(data.data()), data.owner()};
}

Bytes bytes_of(Tensor tensor) {
  auto owner = std::make_shared<Tensor>(std::move(tensor));
  const std::span<const std::byte> view(static_cast<const std::byte*>(owner->data()),
                                        owner->get_byte_size());
  return {view, std::move(owner)};
}

bool foldable(const ir::Graph& graph, const ir::Node& node) {
  if (node.removed || node.inputs.empty() || node.op == ir::Op::Result ||
      node.op == ir::Op::Assign || node.op == ir::Op::ReadValue)
    return false;
  for (ir::Value input : node.inputs) {
    if (!graph.is(input, ir::Op::Const)) return false;
    const ir::Node& constant = graph.node(input);
    if (!constant.data.in_memory() || constant.outputs[0].type == ElementType::string) return false;
  }
  return true;
}

}  // namespace

bool fold(ir::Graph& graph, const std::function<bool(const ir::Graph&, const ir::Node&)>& allowed) {
  bool changed = false;
  for (ir::NodeId id : graph.topological_order()) {
    if (!foldable(graph, graph.node(id)) || !allowed(graph, graph.node(id))) continue;
    std::vector<Tensor> inputs;
    for (ir::Value input : graph.node(id).inputs) inputs.push_back(tensor_of(graph, input));
    std::vector<Tensor> outputs = ref::evaluate(graph.node(id), inputs, nullptr);
    for (size_t port = 0; port < outputs.size(); ++port) {
      const ElementType type = outputs[port].get_element_type();
      const Shape shape = outputs[port].get_shape();
      const std::string name = graph.node(id).name;
      const ir::Value constant = graph.add_constant(
          type, shape, bytes_of(std::move(outputs[port])),
          graph.node(id).outputs.size() == 1 ? name : name + "." + std::to_string(port));
      graph.replace({id, static_cast<int32_t>(port)}, constant);
    }
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
