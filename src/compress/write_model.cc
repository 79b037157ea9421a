#include "compress/write_model.h"

#include "compress/compress.h"
#include "ir/xml_reader.h"
#include "ir/xml_writer.h"

namespace hearth::compress {
namespace {

constexpr const char* kName = "openvino_model";

}  // namespace

WrittenModel write_model(ir::Graph& graph, const std::optional<CompressOptions>& how,
                         const StagedOutput& output, Progress* progress) {
  std::optional<Compression> compression;
  if (how) compression.emplace(graph, *how, progress);
  WrittenModel out;
  out.layers = graph.live_count();
  ir::write_ir(graph, output, kName, progress);
  out.weight_bytes = std::filesystem::file_size(output.path(std::string(kName) + ".bin"));
  if (compression) out.compression = compression->report();
  return out;
}

WrittenModel rewrite_model(const std::filesystem::path& folder, const CompressOptions& how,
                           const StagedOutput& output, Progress* progress) {
  ir::Graph graph = ir::read_ir(folder / (std::string(kName) + ".xml"));
  return write_model(graph, how, output, progress);
}

}  // namespace hearth::compress
