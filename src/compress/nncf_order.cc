#include "compress/nncf_order.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace hearth::compress {
namespace {

using ir::NodeId;
using ir::Op;

size_t at(NodeId id) { return static_cast<size_t>(id); }

using Variables = std::unordered_map<std::string, NodeId>;

Variables read_values(const ir::Graph& graph) {
  Variables out;
  for (NodeId id = 0; id < graph.id_limit(); ++id)
    if (const ir::Node& node = graph.node(id); !node.removed && node.op == Op::ReadValue)
      out.emplace(node.attrs.text("variable_id"), id);
  return out;
}

// As OpenVINO lists a model's nodes: every node before its inputs, the last of which comes first,
// from the last parameter back to the first, then from the last Assign, then from the last result.
// The ReadValue of its variable counts as one more input of an Assign.
std::vector<NodeId> openvino_order(const ir::Graph& graph) {
  std::vector<NodeId> stack;
  for (const auto* roots : {&graph.results(), &graph.sinks(), &graph.parameters()})
    stack.insert(stack.end(), roots->begin(), roots->end());
  const Variables variables = read_values(graph);
  std::vector<bool> seen(at(graph.id_limit()), false);
  std::vector<NodeId> order;
  while (!stack.empty()) {
    const NodeId id = stack.back();
    stack.pop_back();
    if (seen[at(id)]) continue;
    seen[at(id)] = true;
    order.push_back(id);
    const ir::Node& node = graph.node(id);
    for (const ir::Value input : node.inputs)
      if (input) stack.push_back(input.node);
    if (node.op != Op::Assign) continue;
    const auto variable = variables.find(node.attrs.text("variable_id"));
    if (variable != variables.end()) stack.push_back(variable->second);
  }
  return order;
}

// NNCF appends a 0 to a name that it has seen, once.
std::vector<std::string> unique_names(const ir::Graph& graph, const std::vector<NodeId>& nodes) {
  std::vector<std::string> names(at(graph.id_limit()));
  std::unordered_set<std::string> seen;
  for (const NodeId id : nodes) {
    std::string name = graph.node(id).name;
    if (seen.contains(name)) name += '0';
    seen.insert(name);
    names[at(id)] = std::move(name);
  }
  return names;
}

using Readers = std::vector<std::vector<NodeId>>;

// Of every node, once an input: those of its first output first, by name.
Readers readers_of(const ir::Graph& graph, const std::vector<NodeId>& nodes,
                   const std::vector<std::string>& names) {
  struct Edge {
    int32_t port;
    NodeId reader;
  };
  std::vector<std::vector<Edge>> edges(names.size());
  for (const NodeId id : nodes)
    for (const ir::Value input : graph.node(id).inputs)
      if (input) edges[at(input.node)].push_back({input.port, id});
  Readers out(edges.size());
  for (size_t id = 0; id < edges.size(); ++id) {
    std::stable_sort(edges[id].begin(), edges[id].end(), [&](const Edge& a, const Edge& b) {
      return std::tie(a.port, names[at(a.reader)]) < std::tie(b.port, names[at(b.reader)]);
    });
    for (const Edge& edge : edges[id]) out[id].push_back(edge.reader);
  }
  return out;
}

struct Search {
  std::vector<NodeId> nodes;  // breadth first from inputs and states, then what is constant
  size_t computed = 0;        // of them
};

Search search(const ir::Graph& graph, const std::vector<NodeId>& nodes, const Readers& readers) {
  std::deque<NodeId> queue(graph.parameters().begin(), graph.parameters().end());
  for (const NodeId id : nodes)
    if (graph.node(id).op == Op::ReadValue) queue.push_back(id);
  Search out;
  std::vector<bool> seen(readers.size(), false);
  for (; !queue.empty(); queue.pop_front()) {
    const NodeId id = queue.front();
    if (seen[at(id)]) continue;
    seen[at(id)] = true;
    out.nodes.push_back(id);
    queue.insert(queue.end(), readers[at(id)].begin(), readers[at(id)].end());
  }
  out.computed = out.nodes.size();
  for (const NodeId id : nodes)
    if (!seen[at(id)]) out.nodes.push_back(id);
  return out;
}

// Topological; of the nodes that could come next the one that was found first.
std::vector<NodeId> sorted(const ir::Graph& graph, const Search& found, const Readers& readers) {
  std::vector<size_t> number(at(graph.id_limit())), waiting(number.size(), 0);
  for (size_t i = 0; i < found.nodes.size(); ++i) number[at(found.nodes[i])] = i;
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (const NodeId id : found.nodes) {
    const auto& inputs = graph.node(id).inputs;
    waiting[at(id)] = static_cast<size_t>(std::count_if(
        inputs.begin(), inputs.end(), [](ir::Value input) { return static_cast<bool>(input); }));
    if (waiting[at(id)] == 0) ready.push(number[at(id)]);
  }
  std::vector<NodeId> out;
  while (!ready.empty()) {
    const NodeId id = found.nodes[ready.top()];
    ready.pop();
    out.push_back(id);
    for (const NodeId reader : readers[at(id)])
      if (--waiting[at(reader)] == 0) ready.push(number[at(reader)]);
  }
  return out;
}

}  // namespace

NncfOrder nncf_order(const ir::Graph& graph) {
  const std::vector<NodeId> nodes = openvino_order(graph);
  NncfOrder out;
  out.names = unique_names(graph, nodes);
  const Readers readers = readers_of(graph, nodes, out.names);
  const Search found = search(graph, nodes, readers);
  out.is_computed.assign(out.names.size(), false);
  for (size_t i = 0; i < found.computed; ++i) out.is_computed[at(found.nodes[i])] = true;
  out.nodes = sorted(graph, found, readers);
  return out;
}

}  // namespace hearth::compress
