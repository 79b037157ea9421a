#include "ir/verify.h"

#include <map>
#include <set>

#include "base/error.h"
#include "ir/schema.h"

namespace hearth::ir {
namespace {

template <typename... Args>
[[noreturn]] void broken(fmt::format_string<Args...> format, Args&&... args) {
  throw_error(ErrorKind::internal, "internal error: the graph is broken: " +
                                       fmt::format(format, std::forward<Args>(args)...));
}

void verify_edges(const Graph& graph) {
  for (NodeId id = 0; id < graph.id_limit(); ++id) {
    const Node& node = graph.node(id);
    if (node.removed) continue;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Value in = node.inputs[i];
      if (!in) continue;
      if (in.node < 0 || in.node >= graph.id_limit())
        broken("input {} of {} comes from node {}, which does not exist", i, describe(node),
               in.node);
      const Node& from = graph.node(in);
      if (from.removed)
        broken("input {} of {} comes from {}, which was removed", i, describe(node),
               describe(from));
      if (in.port < 0 || static_cast<size_t>(in.port) >= from.outputs.size())
        broken("input {} of {} comes from output {} of {}, which has {}", i, describe(node),
               in.port, describe(from), from.outputs.size());
    }
  }
}

void verify_listed(const Graph& graph, const std::vector<NodeId>& list, Op op) {
  const std::set<NodeId> listed(list.begin(), list.end());
  if (listed.size() != list.size()) broken("a {} is listed twice", to_string(op));
  for (NodeId id = 0; id < graph.id_limit(); ++id) {
    const Node& node = graph.node(id);
    if ((!node.removed && node.op == op) != (listed.count(id) != 0))
      broken("{} is {} the graph's list of {} nodes", describe(node),
             listed.count(id) != 0 ? "wrongly in" : "missing from", to_string(op));
  }
}

// Inference on a copy; constants are shared, so this costs the structure only.
void verify_inference(const Graph& graph) {
  Graph copy = graph;
  try {
    for (NodeId id : copy.topological_order()) {
      copy.infer(id);
      const Node &now = copy.node(id), &stored = graph.node(id);
      if (now.outputs.size() != stored.outputs.size())
        broken("{} has {} outputs stored, but {} by inference", describe(stored),
               stored.outputs.size(), now.outputs.size());
      for (size_t i = 0; i < now.outputs.size(); ++i) {
        const OutputInfo &a = stored.outputs[i], &b = now.outputs[i];
        if (a.type != b.type || a.shape != b.shape)
          broken("output {} of {} is stored as {}[{}], but inferred as {}[{}]", i, describe(stored),
                 to_string(a.type), a.shape.to_string(), to_string(b.type), b.shape.to_string());
      }
    }
  } catch (const Exception& e) {
    if (e.kind() == ErrorKind::internal) throw;
    broken("{}", e.what());
  }
}

std::string variable_flaw(const Graph& graph) {
  std::map<std::string, int> reads, writes;
  for (NodeId id = 0; id < graph.id_limit(); ++id) {
    const Node& node = graph.node(id);
    if (node.removed) continue;
    if (node.op == Op::ReadValue) ++reads[node.attrs.text("variable_id")];
    if (node.op == Op::Assign) ++writes[node.attrs.text("variable_id")];
  }
  for (const auto& [variable, count] : reads)
    if (count > 1) return fmt::format("the variable `{}` has {} ReadValue nodes", variable, count);
  for (const auto& [variable, count] : writes) {
    if (count > 1) return fmt::format("the variable `{}` has {} Assign nodes", variable, count);
    if (reads.count(variable) == 0)
      return fmt::format("the variable `{}` is assigned, but no ReadValue reads it", variable);
  }
  return {};
}

std::string name_flaw(const Graph& graph) {
  std::map<std::string, NodeId> owners;
  for (NodeId id : graph.parameters())
    for (const std::string& name : graph.node(id).outputs[0].names)
      if (const auto [owner, is_new] = owners.emplace(name, id); !is_new)
        return fmt::format("the tensor name `{}` belongs to {} and to {}", name,
                           describe(graph.node(owner->second)), describe(graph.node(id)));
  return {};
}

}  // namespace

std::string model_flaw(const Graph& graph) {
  const std::string flaw = variable_flaw(graph);
  return flaw.empty() ? name_flaw(graph) : flaw;
}

void verify(const Graph& graph) {
  verify_edges(graph);
  verify_listed(graph, graph.parameters(), Op::Parameter);
  verify_listed(graph, graph.results(), Op::Result);
  verify_listed(graph, graph.sinks(), Op::Assign);
  if (const std::string flaw = model_flaw(graph); !flaw.empty()) broken("{}", flaw);
  verify_inference(graph);
}

}  // namespace hearth::ir
