#include "compress/compress.h"

#include <algorithm>

#include "base/progress.h"

namespace hearth::compress {
namespace {

std::shared_ptr<WeightRecord> record_of(const PlannedWeight& weight) {
  auto out = std::make_shared<WeightRecord>();
  CompressedLayer& layer = out->layer;
  layer.name = weight.name;
  layer.tensor = weight.tensor;
  layer.format = weight.format ? std::string(kernels::traits(*weight.format).name) : "float";
  layer.group = weight.format ? weight.group : 0;
  layer.reason = weight.reason;
  layer.elements = static_cast<uint64_t>(weight.elements());
  layer.bytes = byte_size(weight.type, static_cast<size_t>(weight.elements()));
  return out;
}

}  // namespace

Compression::Compression(ir::Graph& graph, const CompressOptions& options, Progress* progress) {
  uint64_t looked_at = 0;
  const uint64_t all = count_weights(graph);
  const auto buffers = std::make_shared<BlockBuffers>();
  plan_ = make_plan(graph, options, [&](const PlannedWeight& weight) {
    throw_if_cancelled(progress);
    const double out = int8_sensitivity(weight, graph.node(weight.constant).data, *buffers);
    looked_at += static_cast<uint64_t>(weight.elements());
    if (progress != nullptr) progress->update(looked_at, all, "weights");
    return out;
  });
  for (const PlannedWeight& weight : plan_.weights) records_.push_back(record_of(weight));
  rewrite(graph, plan_, options, [&](const PlannedWeight& weight) {
    const auto index = static_cast<size_t>(&weight - plan_.weights.data());
    return compressed_bytes(weight, graph.node(weight.constant).data, options.table, buffers,
                            records_[index]);
  });
}

CompressReport Compression::report() const {
  CompressReport out;
  out.notes = plan_.notes;
  for (size_t i = 0; i < records_.size(); ++i) {
    const PlannedWeight& weight = plan_.weights[i];
    out.layers.push_back(records_[i]->layer);
    out.source_bytes += byte_size(weight.type, static_cast<size_t>(weight.elements()));
    out.bytes += records_[i]->layer.bytes;
    out.peak_private_bytes = std::max(out.peak_private_bytes, records_[i]->peak_private_bytes);
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  return out;
}

uint64_t count_weights(const ir::Graph& graph) {
  uint64_t out = 0;
  for (ir::NodeId id = 0; id < graph.id_limit(); ++id) {
    const ir::Node& node = graph.node(id);
    if (node.removed || node.op != ir::Op::Const || !is_float(node.outputs[0].type)) continue;
    const Shape shape = node.outputs[0].shape.to_shape();
    if (shape.size() >= 2) out += shape_size(shape);
  }
  return out;
}

}  // namespace hearth::compress
