// Export: the IR, compressed if wished, and beside it the configs and tokenizer files that a
// pipeline needs.
#include "hearth/export.hpp"

#include <chrono>

#include "base/error.h"
#include "base/json.h"
#include "base/staged_output.h"
#include "compress/compress.h"
#include "frontends/frontend.h"
#include "genai/export_tokenizer.h"
#include "ir/xml_reader.h"
#include "ir/xml_writer.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

constexpr const char* kName = "openvino_model";
constexpr uint64_t kLarge = 1'000'000'000;  // weights

// Compresses the graph on its way into the file, where the options say so.
void write_model(ir::Graph& graph, const ExportOptions& options, const StagedOutput& output,
                 Progress* progress, ExportReport& report) {
  std::optional<CompressOptions> how = options.compress;
  if (!how && options.compress_large && !options.weight_format &&
      compress::count_weights(graph) >= kLarge) {
    how.emplace();
    report.notes.push_back(
        "weights are int8_asym, as the model has a billion of them or more; --weight-format "
        "original keeps them");
  }
  std::optional<compress::Compression> compression;
  if (how) compression.emplace(graph, *how, progress);
  report.layers = graph.live_count();
  ir::write_ir(graph, output, kName, progress);
  report.weight_bytes = fs::file_size(output.path(std::string(kName) + ".bin"));
  if (compression) report.compression = compression->report();
}

void export_ir(const ExportOptions& options, const StagedOutput& output, Progress* progress,
               ExportReport& report) {
  if (!options.compress)
    bad_input("{}: is an IR already; hearth compress makes it smaller", options.model.string());
  ir::Graph graph = ir::read_ir(options.model / (std::string(kName) + ".xml"));
  if (const fs::path config = options.model / "config.json"; fs::exists(config))
    report.model_type = read_json_file(config).value("model_type", "");
  for (const auto& entry : fs::directory_iterator(options.model))
    if (entry.is_regular_file() && entry.path().stem() != kName)
      fs::copy_file(entry.path(), output.path(entry.path().filename().string()));
  write_model(graph, options, output, progress, report);
}

void export_checkpoint(const ExportOptions& options, const StagedOutput& output, Progress* progress,
                       ExportReport& report) {
  const frontends::ModelSource source = frontends::open_model_source(options.model);
  report.model_type = source.config.value("model_type", "");
  if (source.is_gguf()) {
    output.write_text("config.json", source.config.dump(2) + "\n");
    output.write_text("generation_config.json", source.generation_config.dump(2) + "\n");
    genai::export_gguf_tokenizer(source, output, report);
  } else {
    genai::export_folder_tokenizer(options.model, output, report);
  }
  ir::Graph graph =
      frontends::build_graph(source, {.for_export = true, .float_type = options.weight_format});
  write_model(graph, options, output, progress, report);
}

}  // namespace

ExportReport export_model(const ExportOptions& options, Progress* progress) {
  const auto start = std::chrono::steady_clock::now();
  const bool is_ir = fs::exists(options.model / (std::string(kName) + ".xml"));
  StagedOutput output(options.output, options.force);
  ExportReport report;
  if (is_ir) {
    export_ir(options, output, progress, report);
  } else {
    export_checkpoint(options, output, progress, report);
  }
  output.commit();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  report.seconds = took.count();
  return report;
}

}  // namespace hearth
