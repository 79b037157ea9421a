#include "compress/rewrite.h"

#include <algorithm>

#include "compress/awq.h"
#include "compress/compression_info.h"
#include "compress/decompression.h"
#include "compress/nncf_order.h"
#include "compress/options.h"
#include "ir/builder.h"

namespace hearth::compress {
namespace {

using ir::Op;
using ir::Value;

using Uses = std::vector<std::vector<ir::Use>>;

// Redirects the readers of `node`, and those of the Converts among them that would change nothing.
void replace_readers(ir::Graph& graph, const Uses& uses, ir::NodeId node, Value with) {
  std::vector<ir::NodeId> replaced = {node};
  while (!replaced.empty()) {
    const ir::NodeId id = replaced.back();
    replaced.pop_back();
    for (const ir::Use& use : uses[static_cast<size_t>(id)]) {
      ir::Node& reader = graph.node(use.node);
      if (reader.op == Op::Convert && reader.outputs[0].type == graph.info(with).type)
        replaced.push_back(use.node);
      else
        reader.inputs[static_cast<size_t>(use.input)] = with;
    }
  }
}

void compress_weight(ir::Graph& graph, const Uses& uses, const PlannedWeight& weight,
                     const std::vector<float>& table, CompressedWeight bytes) {
  const auto& readers = uses[static_cast<size_t>(weight.constant)];
  const bool is_read_directly =
      std::any_of(readers.begin(), readers.end(),
                  [&](const ir::Use& use) { return graph.node(use.node).op != Op::Convert; });
  Value out = add_decompression(graph, weight, table, std::move(bytes));
  if (is_read_directly && weight.type != ElementType::f16)
    out = ir::Builder(graph).convert(
        out, weight.type, fmt::format("{}/fq_weights_{}/convert", weight.tensor, weight.port));
  replace_readers(graph, uses, weight.constant, out);
}

}  // namespace

void rewrite(ir::Graph& graph, const Plan& plan, const CompressOptions& options,
             const std::function<CompressedWeight(const PlannedWeight&)>& bytes_of) {
  const Settings settings = resolve(options);
  const NncfOrder order = nncf_order(graph);
  for (const ir::NodeId id : order.nodes)
    graph.node(id).name = order.names[static_cast<size_t>(id)];
  insert_scales(graph, plan);
  const Uses uses = graph.uses();
  for (const PlannedWeight& weight : plan.weights) {
    if (weight.format)
      compress_weight(graph, uses, weight, settings.table, bytes_of(weight));
    else if (!weight.row_factors.empty())
      graph.node(weight.constant).data = scaled_bytes(graph, weight);
  }
  graph.prune();
  record_compression(graph, settings);
}

}  // namespace hearth::compress
