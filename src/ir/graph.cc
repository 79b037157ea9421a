#include "ir/graph.h"

#include <algorithm>

#include "base/error.h"
#include "ir/schema.h"

namespace hearth::ir {

std::string describe(const Node& node) {
  return fmt::format("{} `{}`", to_string(node.op), node.name);
}

Value Graph::add(Op op, std::vector<Value> inputs, Attributes attrs, std::string node_name) {
  Node node;
  node.op = op;
  node.inputs = std::move(inputs);
  node.attrs = std::move(attrs);
  node.name = std::move(node_name);
  const NodeId id = add_raw(std::move(node));
  infer(id);
  return {id, 0};
}

NodeId Graph::add_raw(Node node) {
  const NodeId id = id_limit();
  if (node.name.empty()) node.name = fmt::format("{}_{}", to_string(node.op), id);
  if (node.op == Op::Parameter) parameters_.push_back(id);
  if (node.op == Op::Result) results_.push_back(id);
  if (node.op == Op::Assign) sinks_.push_back(id);
  nodes_.push_back(std::move(node));
  return id;
}

Value Graph::add_parameter(const std::string& tensor_name, ElementType type, PartialShape shape) {
  const Value value =
      add(Op::Parameter, {}, {{"shape", std::move(shape)}, {"element_type", type}}, tensor_name);
  info(value).names = {tensor_name};
  return value;
}

Value Graph::add_constant(ElementType type, const Shape& shape, Bytes data, std::string node_name) {
  Node constant;
  constant.op = Op::Const;
  constant.name = std::move(node_name);
  constant.attrs = {{"element_type", type}, {"shape", PartialShape(shape)}};
  constant.data = std::move(data);
  const NodeId id = add_raw(std::move(constant));
  infer(id);
  return {id, 0};
}

NodeId Graph::add_result(Value value, const std::string& tensor_name) {
  if (!tensor_name.empty()) {
    auto& names = info(value).names;
    if (std::find(names.begin(), names.end(), tensor_name) == names.end())
      names.push_back(tensor_name);
  }
  const Value result =
      add(Op::Result, {value}, {}, tensor_name.empty() ? "" : "Result_" + tensor_name);
  if (!tensor_name.empty()) info(result).names = {tensor_name};
  return result.node;
}

size_t Graph::live_count() const {
  return static_cast<size_t>(
      std::count_if(nodes_.begin(), nodes_.end(), [](const Node& n) { return !n.removed; }));
}

NodeId Graph::find_variable(Op op, const std::string& variable_id) const {
  for (NodeId id = 0; id < id_limit(); ++id) {
    const Node& n = node(id);
    if (!n.removed && n.op == op && n.attrs.text("variable_id") == variable_id) return id;
  }
  return kNoNode;
}

namespace {

NodeId find_by_name(const Graph& graph, const std::vector<NodeId>& ids, const std::string& name,
                    bool of_input) {
  for (NodeId id : ids) {
    const Node& n = graph.node(id);
    const OutputInfo& tensor = of_input ? graph.info(n.inputs[0]) : n.outputs[0];
    if (std::find(tensor.names.begin(), tensor.names.end(), name) != tensor.names.end()) return id;
  }
  for (NodeId id : ids)
    if (graph.node(id).name == name) return id;
  return kNoNode;
}

}  // namespace

NodeId Graph::find_parameter(const std::string& tensor_name) const {
  return find_by_name(*this, parameters_, tensor_name, false);
}

NodeId Graph::find_result(const std::string& tensor_name) const {
  return find_by_name(*this, results_, tensor_name, true);
}

std::vector<NodeId> Graph::topological_order() const {
  enum class Mark : uint8_t { unseen, open, done };
  std::vector<Mark> marks(nodes_.size(), Mark::unseen);
  std::vector<NodeId> order;
  order.reserve(nodes_.size());

  // Depth first with a stack of our own: graphs of untrusted files may be arbitrarily deep.
  struct Frame {
    NodeId id;
    size_t next;
  };
  std::vector<Frame> stack;
  const auto visit = [&](NodeId root) {
    if (marks[static_cast<size_t>(root)] != Mark::unseen) return;
    stack.push_back({root, 0});
    marks[static_cast<size_t>(root)] = Mark::open;
    while (!stack.empty()) {
      Frame& top = stack.back();
      const Node& n = node(top.id);
      if (top.next < n.inputs.size()) {
        const NodeId input = n.inputs[top.next++].node;
        if (input == kNoNode) continue;
        Mark& mark = marks[static_cast<size_t>(input)];
        if (mark == Mark::open)
          bad_input("the graph has a cycle through {}", describe(node(input)));
        if (mark == Mark::unseen) {
          mark = Mark::open;
          stack.push_back({input, 0});
        }
      } else {
        marks[static_cast<size_t>(top.id)] = Mark::done;
        order.push_back(top.id);
        stack.pop_back();
      }
    }
  };

  for (NodeId id : parameters_) visit(id);
  // Assigns after all ReadValues: reading a variable means its value before this inference.
  for (NodeId id = 0; id < id_limit(); ++id)
    if (!node(id).removed && node(id).op == Op::ReadValue) visit(id);
  for (NodeId id = 0; id < id_limit(); ++id)
    if (!node(id).removed && node(id).op != Op::Assign && node(id).op != Op::Result) visit(id);
  for (NodeId id : sinks_) visit(id);
  for (NodeId id : results_) visit(id);
  return order;
}

std::vector<std::vector<Use>> Graph::uses() const {
  std::vector<std::vector<Use>> out(nodes_.size());
  for (NodeId id = 0; id < id_limit(); ++id) {
    const Node& n = node(id);
    if (n.removed) continue;
    for (size_t i = 0; i < n.inputs.size(); ++i)
      if (n.inputs[i])
        out[static_cast<size_t>(n.inputs[i].node)].push_back({id, static_cast<int32_t>(i)});
  }
  return out;
}

void Graph::replace(Value from, Value to) {
  for (Node& n : nodes_)
    for (Value& input : n.inputs)
      if (input == from && !n.removed) input = to;
  auto& names = info(to).names;
  for (std::string& moved : info(from).names)
    if (std::find(names.begin(), names.end(), moved) == names.end())
      names.push_back(std::move(moved));
  info(from).names.clear();
}

void Graph::remove(NodeId id) {
  node(id).removed = true;
  node(id).inputs.clear();
  node(id).data = {};
  std::erase(parameters_, id);
  std::erase(results_, id);
  std::erase(sinks_, id);
}

size_t Graph::prune() {
  std::vector<bool> needed(nodes_.size(), false);
  std::vector<NodeId> work(results_);
  work.insert(work.end(), sinks_.begin(), sinks_.end());
  work.insert(work.end(), parameters_.begin(), parameters_.end());
  while (!work.empty()) {
    const NodeId id = work.back();
    work.pop_back();
    if (needed[static_cast<size_t>(id)]) continue;
    needed[static_cast<size_t>(id)] = true;
    for (Value input : node(id).inputs)
      if (input) work.push_back(input.node);
  }
  size_t gone = 0;
  for (NodeId id = 0; id < id_limit(); ++id) {
    if (needed[static_cast<size_t>(id)] || node(id).removed) continue;
    remove(id);
    ++gone;
  }
  return gone;
}

void Graph::infer(NodeId id) {
  Node& n = node(id);
  const OpSchema& s = schema(n.op);
  if (n.inputs.size() < s.min_inputs || n.inputs.size() > s.max_inputs)
    bad_input("{}: has {} inputs, but takes {}{}", describe(n), n.inputs.size(), s.min_inputs,
              s.max_inputs == s.min_inputs          ? ""
              : s.max_inputs == OpSchema::kVariadic ? " or more"
                                                    : fmt::format(" to {}", s.max_inputs));
  for (size_t i = 0; i < n.inputs.size(); ++i) {
    const Value in = n.inputs[i];
    if (!in && !s.internal()) bad_input("{}: input {} is not connected", describe(n), i);
    if (in && static_cast<size_t>(in.port) >= node(in).outputs.size())
      bad_input("{}: input {} comes from output {} of {}, which has {}", describe(n), i, in.port,
                describe(node(in)), node(in).outputs.size());
  }
  check_attributes(n, n.attrs);
  std::vector<OutputInfo> outputs = n.outputs;
  if (s.outputs != OpSchema::kVariadic) outputs.resize(s.outputs);
  Inference inference(*this, n, outputs);
  s.infer(inference);
  n.outputs = std::move(outputs);
}

void Graph::infer_all() {
  for (NodeId id : topological_order()) infer(id);
}

}  // namespace hearth::ir
