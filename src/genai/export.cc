// Export: the IR, and beside it the configs and tokenizer files that a pipeline needs.
#include "hearth/export.hpp"

#include <chrono>

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "base/staged_output.h"
#include "frontends/export_ir.h"
#include "frontends/tokenizer/write_tokenizer.h"
#include "genai/tokenizer_impl.h"

namespace fs = std::filesystem;

namespace hearth {
namespace {

// What is carried over from a Hugging Face folder when it is there.
constexpr const char* kCompanions[] = {
    "config.json",         "generation_config.json",  "tokenizer.json",    "tokenizer_config.json",
    "chat_template.jinja", "chat_template.json",      "tokenizer.model",   "vocab.json",
    "merges.txt",          "special_tokens_map.json", "added_tokens.json",
};

// openvino_tokenizer.xml and openvino_detokenizer.xml, for those who run them.
void write_tokenizer_ir(const genai::Tokenizer& tokenizer, frontends::TokenizerFacts facts,
                        const StagedOutput& output, ExportReport& report) {
  const auto id = [](int64_t value) {
    return value < 0 ? std::nullopt : std::optional<int64_t>(value);
  };
  facts.bos = id(tokenizer.get_bos_token_id());
  facts.eos = id(tokenizer.get_eos_token_id());
  facts.pad = id(tokenizer.get_pad_token_id());
  facts.chat_template = tokenizer.get_original_chat_template();
  if (const auto missing = frontends::write_tokenizer(facts, output))
    report.notes.push_back(
        fmt::format("no openvino_tokenizer.xml: {} has no OpenVINO operation", *missing));
}

// openvino_genai reads the special tokens of tokenizer_config.json only where they are strings; the
// objects of older files say nothing that tokenizer.json does not say too.
std::string with_plain_tokens(const fs::path& file) {
  const std::string text = read_text_file(file);
  Json config = parse_json(text, file.string());
  bool changed = false;
  for (const char* key : {"bos_token", "eos_token", "pad_token"}) {
    const auto token = config.find(key);
    if (token == config.end() || !token->is_object() || !token->contains("content")) continue;
    Json content = (*token)["content"];
    *token = std::move(content);
    changed = true;
  }
  return changed ? config.dump(2) + "\n" : text;
}

std::string text_if_there(const fs::path& file) {
  return fs::exists(file) ? read_text_file(file) : "";
}

void write_folder_companions(const fs::path& folder, const StagedOutput& output,
                             ExportReport& report) {
  // A missing or broken tokenizer is an error now, not later.
  const genai::Tokenizer tokenizer = genai::open_tokenizer(folder);
  frontends::TokenizerFacts facts;
  facts.tokenizer_json = text_if_there(folder / "tokenizer.json");
  facts.tokenizer_config_json = text_if_there(folder / "tokenizer_config.json");
  facts.source = (folder / "tokenizer.json").string();
  if (!facts.tokenizer_json.empty())
    write_tokenizer_ir(tokenizer, std::move(facts), output, report);
  for (const char* name : kCompanions) {
    if (!fs::exists(folder / name)) continue;
    const bool is_config = std::string_view(name) == "tokenizer_config.json";
    output.write_text(name,
                      is_config ? with_plain_tokens(folder / name) : read_text_file(folder / name));
  }
}

void write_gguf_companions(const frontends::ModelSource& source, const StagedOutput& output,
                           ExportReport& report) {
  const genai::Tokenizer tokenizer = genai::gguf_tokenizer(source);
  const genai::TokenizerFiles files = genai::gguf_tokenizer_files(source);
  output.write_text("config.json", source.config.dump(2) + "\n");
  output.write_text("generation_config.json", source.generation_config.dump(2) + "\n");
  output.write_text("tokenizer.json", files.tokenizer_json);
  output.write_text("tokenizer_config.json", files.tokenizer_config_json);
  if (!source.gguf_tokenizer->chat_template.empty())
    output.write_text("chat_template.jinja", source.gguf_tokenizer->chat_template);
  frontends::TokenizerFacts facts;
  facts.tokenizer_json = files.tokenizer_json;
  facts.tokenizer_config_json = files.tokenizer_config_json;
  facts.source = source.path.string();
  write_tokenizer_ir(tokenizer, std::move(facts), output, report);
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
    write_gguf_companions(source, output, report);
  } else {
    write_folder_companions(options.model, output, report);
  }
  frontends::write_model(source, options.weight_format, output, progress, report);
  output.commit();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  report.seconds = took.count();
  return report;
}

}  // namespace hearth
