// FullyConnected(x, q), (x, k), (x, v) -> FullyConnectedGroup(x, q, k, v): products of one x are
// computed together. The product that a result hands out stays by itself, since it may be asked for
// some rows only.
#include <map>

#include "passes/pass.h"
#include "passes/products.h"

namespace hearth::passes {
namespace {

using ir::Op;
using ir::Value;

bool feeds_result(const ir::Graph& graph, const Readers& readers, ir::NodeId id) {
  for (const ir::Use& use : readers.of(id))
    if (graph.node(use.node).op == Op::Result) return true;
  return false;
}

}  // namespace

bool group_products(ir::Graph& graph) {
  const Readers readers(graph);
  std::map<Value, std::vector<ir::NodeId>> products_of;
  for (ir::NodeId id : graph.topological_order())
    if (is_plain_product(graph, {id, 0}) && !feeds_result(graph, readers, id))
      products_of[graph.node(id).inputs[0]].push_back(id);
  bool changed = false;
  for (const auto& [x, products] : products_of) {
    if (products.size() < 2) continue;
    std::vector<Value> inputs{x};
    for (ir::NodeId id : products)
      for (const Value input : weight_inputs(graph.node(id))) inputs.push_back(input);
    const Value group =
        graph.add(Op::FullyConnectedGroup, std::move(inputs), {}, graph.node(products[0]).name);
    for (size_t p = 0; p < products.size(); ++p)
      graph.replace({products[p], 0}, {group.node, static_cast<int32_t>(p)});
    changed = true;
  }
  return changed;
}

}  // namespace hearth::passes
