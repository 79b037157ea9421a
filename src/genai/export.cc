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
    "tekken.json",         "processor_config.json",
};

// Several templates, wherever they stood, become the list in tokenizer_config.json.
void write_templates(const text::ChatTemplates& templates, const std::string& tokenizer_config,
                     const StagedOutput& output) {
  Json config = parse_json(tokenizer_config, "tokenizer_config.json");
  config.erase("chat_template");
  for (const auto& [name, text, source] : templates.all())
    config["chat_template"].push_back({{"name", name}, {"template", text}});
  output.write_text("tokenizer_config.json", config.dump(2) + "\n");
}

void copy_companions(const fs::path& folder, const StagedOutput& output) {
  const genai::Tokenizer tokenizer = genai::open_tokenizer(folder);  // broken ones are errors now
  const text::ChatTemplates& templates =
      tokenizer.impl().original_chat_template().impl().templates();
  const bool several = templates.all().size() > 1;
  for (const char* name : kCompanions) {
    const bool template_file = std::string_view(name).substr(0, 13) == "chat_template";
    if (fs::exists(folder / name) && !(several && template_file))
      output.write_text(name, read_text_file(folder / name));
  }
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".tiktoken")
      output.write_text(entry.path().filename().string(), read_text_file(entry.path()));
  const fs::path config = folder / "tokenizer_config.json";
  if (several)
    write_templates(templates, fs::exists(config) ? read_text_file(config) : "{}", output);
}

void write_gguf_companions(const frontends::ModelSource& source, const StagedOutput& output) {
  const genai::Tokenizer tokenizer = genai::gguf_tokenizer(*source.gguf_tokenizer, source.path);
  const text::ChatTemplates& templates =
      tokenizer.impl().original_chat_template().impl().templates();
  const genai::TokenizerFiles files = genai::gguf_tokenizer_files(source);
  output.write_text("config.json", source.config.dump(2) + "\n");
  output.write_text("generation_config.json", source.generation_config.dump(2) + "\n");
  output.write_text("tokenizer.json", files.tokenizer_json);
  output.write_text("tokenizer_config.json", files.tokenizer_config_json);
  if (templates.all().size() > 1) {
    write_templates(templates, files.tokenizer_config_json, output);
  } else if (const auto* only = templates.find("default")) {
    output.write_text("chat_template.jinja", only->text);
  }
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
