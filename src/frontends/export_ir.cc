#include "frontends/export_ir.h"

#include "frontends/frontend.h"
#include "ir/xml_writer.h"

namespace hearth::frontends {

void write_model(const ModelSource& source, std::optional<ElementType> weight_format,
                 const StagedOutput& output, Progress* progress, ExportReport& report) {
  const ir::Graph graph = build_graph(source, {.for_export = true, .float_type = weight_format});
  report.model_type = source.config.value("model_type", "");
  report.layers = graph.live_count();
  ir::write_ir(graph, output, "openvino_model", progress);
  report.weight_bytes = std::filesystem::file_size(output.path("openvino_model.bin"));
}

}  // namespace hearth::frontends
