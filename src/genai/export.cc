// Export: the IR, compressed if wished, and beside it the configs and tokenizer files that a
// pipeline needs.
#include "hearth/export.hpp"

#include <chrono>

#include "base/error.h"
#include "base/json.h"
#include "base/staged_output.h"
#include "compress/compress.h"
#include "compress/options.h"
#include "compress/tuned_defaults.h"
#include "compress/write_model.h"
#include "frontends/frontend.h"
#include "genai/export_tokenizer.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

constexpr uint64_t kLarge = 1'000'000'000;  // weights

void take(compress::WrittenModel written, const std::optional<compress::TunedDefault>& own,
          ExportReport& report) {
  report.layers = written.layers;
  report.weight_bytes = written.weight_bytes;
  report.compression = std::move(written.compression);
  if (own) report.compression->notes.insert(report.compression->notes.begin(), own->note);
}

// The model's own way, when nothing but int4 was asked for.
std::optional<compress::TunedDefault> own_default(const ExportOptions& options,
                                                  const Json& config) {
  return options.tuned ? compress::tuned_default(config) : std::nullopt;
}

void export_ir(const ExportOptions& options, const StagedOutput& output, Progress* progress,
               ExportReport& report) {
  if (!options.compress)
    bad_input("{}: is an IR already; hearth compress makes it smaller", options.model.string());
  std::optional<compress::TunedDefault> own;
  if (const fs::path file = options.model / "config.json"; fs::exists(file)) {
    const Json config = read_json_file(file);
    report.model_type = config.value("model_type", "");
    own = own_default(options, config);
  }
  for (const auto& entry : fs::directory_iterator(options.model))
    if (entry.is_regular_file() && entry.path().stem() != "openvino_model")
      fs::copy_file(entry.path(), output.path(entry.path().filename().string()));
  const CompressOptions& how = own ? own->options : *options.compress;
  take(compress::rewrite_model(options.model, how, output, progress), own, report);
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
  auto graph =
      frontends::build_graph(source, {.for_export = true, .float_type = options.weight_format});
  const auto own = own_default(options, source.config);
  std::optional<CompressOptions> how = own ? own->options : options.compress;
  if (!how && options.compress_large && !options.weight_format &&
      compress::count_weights(graph) >= kLarge) {
    how.emplace();
    report.notes.push_back(
        "weights are int8_asym, as the model has a billion of them or more; --weight-format "
        "original keeps them");
  }
  take(compress::write_model(graph, how, output, progress), own, report);
}

}  // namespace

ExportReport export_model(const ExportOptions& options, Progress* progress) {
  const auto start = std::chrono::steady_clock::now();
  if (options.compress) compress::resolve(*options.compress);  // refuses before anything is made
  const bool is_ir = fs::exists(options.model / "openvino_model.xml");
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
