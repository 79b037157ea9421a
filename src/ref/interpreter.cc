#include "ref/interpreter.h"

#include "base/error.h"

namespace hearth::ref {
namespace {

/// For every node, whether `roots` need it; the inputs of values in `given` are not followed.
std::vector<bool> needed_nodes(const ir::Graph& graph, std::vector<ir::NodeId> roots,
                               const std::map<ir::Value, Tensor>& given) {
  std::vector<bool> needed(static_cast<size_t>(graph.id_limit()), false);
  while (!roots.empty()) {
    const ir::NodeId id = roots.back();
    roots.pop_back();
    if (needed[static_cast<size_t>(id)]) continue;
    needed[static_cast<size_t>(id)] = true;
    for (ir::Value input : graph.node(id).inputs)
      if (input && !given.contains(input)) roots.push_back(input.node);
  }
  return needed;
}

/// The values alive during one run: each is dropped after its last reader.
class Values {
 public:
  Values(const ir::Graph& graph, const std::vector<ir::NodeId>& order,
         const std::vector<bool>& needed)
      : tensors_(static_cast<size_t>(graph.id_limit())),
        readers_(static_cast<size_t>(graph.id_limit()), 0) {
    for (ir::NodeId id : order)
      if (needed[static_cast<size_t>(id)])
        for (ir::Value input : graph.node(id).inputs)
          if (input) ++readers_[static_cast<size_t>(input.node)];
  }

  void set(ir::NodeId id, std::vector<Tensor> outputs) {
    if (readers_[static_cast<size_t>(id)] > 0)
      tensors_[static_cast<size_t>(id)] = std::move(outputs);
  }
  Tensor get(ir::Value value) const {
    return tensors_[static_cast<size_t>(value.node)][static_cast<size_t>(value.port)];
  }
  void keep(ir::NodeId id) { ++readers_[static_cast<size_t>(id)]; }
  void release(ir::NodeId id) {
    if (--readers_[static_cast<size_t>(id)] == 0) tensors_[static_cast<size_t>(id)].clear();
  }

 private:
  std::vector<std::vector<Tensor>> tensors_;
  std::vector<size_t> readers_;  ///< inputs that still wait for an output of the node
};

void check_input(const ir::Node& parameter, const Tensor& tensor) {
  const ir::OutputInfo& info = parameter.outputs[0];
  if (info.type != ElementType::dynamic && info.type != tensor.get_element_type())
    bad_input("{}: takes {}, but was given {}", describe(parameter), to_string(info.type),
              to_string(tensor.get_element_type()));
  if (!info.shape.accepts(tensor.get_shape()))
    bad_input("{}: takes shape [{}], but was given {}", describe(parameter), info.shape.to_string(),
              tensor.get_shape().to_string());
}

}  // namespace

Interpreter::Interpreter(const ir::Graph& graph)
    : graph_(graph), order_(graph.topological_order()) {}

std::vector<Tensor> Interpreter::run(const std::vector<Tensor>& inputs) {
  const auto& parameters = graph_.parameters();
  if (inputs.size() != parameters.size())
    bad_input("the model has {} inputs, but {} were given", parameters.size(), inputs.size());
  std::map<ir::Value, Tensor> given;
  for (size_t i = 0; i < inputs.size(); ++i) {
    check_input(graph_.node(parameters[i]), inputs[i]);
    given[{parameters[i], 0}] = inputs[i];
  }
  std::vector<ir::Value> wanted;
  for (ir::NodeId id : graph_.results()) wanted.push_back({id, 0});
  return compute(wanted, given, graph_.sinks());
}

std::vector<Tensor> Interpreter::evaluate(const std::vector<ir::Value>& wanted,
                                          const std::map<ir::Value, Tensor>& overrides) {
  return compute(wanted, overrides, {});
}

std::vector<Tensor> Interpreter::compute(const std::vector<ir::Value>& wanted,
                                         const std::map<ir::Value, Tensor>& given,
                                         const std::vector<ir::NodeId>& sinks) {
  std::vector<ir::NodeId> roots(sinks);
  for (ir::Value v : wanted)
    if (!given.contains(v)) roots.push_back(v.node);
  const std::vector<bool> needed = needed_nodes(graph_, std::move(roots), given);
  Values values(graph_, order_, needed);
  for (ir::Value v : wanted) values.keep(v.node);
  for (ir::NodeId id : order_) {
    if (!needed[static_cast<size_t>(id)]) continue;
    const ir::Node& node = graph_.node(id);
    std::vector<Tensor> inputs;
    for (ir::Value input : node.inputs) {
      const auto found = given.find(input);
      inputs.push_back(!input                 ? Tensor()
                       : found != given.end() ? found->second
                                              : values.get(input));
    }
    const auto found = given.find({id, 0});
    std::vector<Tensor> outputs = node.op == ir::Op::Parameter && found != given.end()
                                      ? std::vector<Tensor>{found->second}
                                      : ref::evaluate(node, inputs, &states_);
    if (observer_) observer_(node, outputs);
    for (ir::Value input : node.inputs)
      if (input) values.release(input.node);
    values.set(id, std::move(outputs));
  }
  std::vector<Tensor> out;
  for (ir::Value v : wanted) {
    const auto found = given.find(v);
    out.push_back(found != given.end() ? found->second : values.get(v));
  }
  return out;
}

}  // namespace hearth::ref
