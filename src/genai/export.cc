// Export: the IR, and beside it the configs and tokenizer files that a pipeline needs.
#include "hearth/export.hpp"

#include <chrono>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/staged_output.h"
#include "frontends/export_ir.h"
#include "genai/tokenizer_impl.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

// What is carried over from a Hugging Face folder when it is there.
constexpr const char* kCompanions[] = {
    "config.json",         "generation_config.json",  "tokenizer.json",    "tokenizer_config.json",
    "chat_template.jinja", "chat_template.json",      "tokenizer.model",   "vocab.json",
    "merges.txt",          "special_tokens_map.json", "added_tokens.json", "vocab.txt",
    "tekken.json",
};

void copy_companions(const fs::path& folder, const StagedOutput& output) {
  genai::open_tokenizer(folder);  // a missing or broken tokenizer is an error now, not later
  for (const char* name : kCompanions)
    if (fs::exists(folder / name)) output.write_text(name, read_text_file(folder / name));
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".tiktoken")
      output.write_text(entry.path().filename().string(), read_text_file(entry.path()));
}

void write_gguf_companions(const frontends::ModelSource& source, const StagedOutput& output) {
  genai::gguf_tokenizer(*source.gguf_tokenizer, source.path);
  const genai::TokenizerFiles files = genai::gguf_tokenizer_files(source);
  output.write_text("config.json", source.config.dump(2) + "\n");
  output.write_text("generation_config.json", source.generation_config.dump(2) + "\n");
  output.write_text("tokenizer.json", files.tokenizer_json);
  output.write_text("tokenizer_config.json", files.tokenizer_config_json);
  if (!source.gguf_tokenizer->chat_template.empty())
    output.write_text("chat_template.jinja", source.gguf_tokenizer->chat_template);
}

}  // namespace

ExportReport export_model(const ExportOptions& options, Progress* progress) {
  const auto start = std::chrono::steady_clock::now();
  if (fs::exists(options.model / "openvino_model.xml"))
    bad_input("{}: is an IR already", options.model.string());
  const frontends::ModelSource source = frontends::open_model_source(options.model);
  StagedOutput output(options.output, options.force);
  ExportReport report;
  if (source.is_gguf()) {
    write_gguf_companions(source, output);
  } else {
    copy_companions(options.model, output);
  }
  frontends::write_model(source, options.weight_format, output, progress, report);
  output.commit();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  report.seconds = took.count();
  return report;
}

}  // namespace hearth
