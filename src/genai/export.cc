// Export: the IR, and beside it the configs and tokenizer files that a pipeline needs.
#include "hearth/export.hpp"

#include <chrono>

#include "base/error.h"
#include "base/json.h"
#include "base/staged_output.h"
#include "frontends/export_ir.h"
#include "genai/export_tokenizer.h"

namespace fs = std::filesystem;

namespace hearth {

ExportReport export_model(const ExportOptions& options, Progress* progress) {
  const auto start = std::chrono::steady_clock::now();
  if (fs::exists(options.model / "openvino_model.xml"))
    bad_input("{}: is an IR already", options.model.string());
  const frontends::ModelSource source = frontends::open_model_source(options.model);
  StagedOutput output(options.output, options.force);
  ExportReport report;
  if (source.is_gguf()) {
    output.write_text("config.json", source.config.dump(2) + "\n");
    output.write_text("generation_config.json", source.generation_config.dump(2) + "\n");
    genai::export_gguf_tokenizer(source, output, report);
  } else {
    genai::export_folder_tokenizer(options.model, output, report);
  }
  frontends::write_model(source, options.weight_format, output, progress, report);
  output.commit();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  report.seconds = took.count();
  return report;
}

}  // namespace hearth
