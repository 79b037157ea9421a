#include "genai/export_tokenizer.h"

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "frontends/tokenizer/write_tokenizer.h"
#include "genai/tokenizer_impl.h"
#include "text/files/tokenizer_file.h"

namespace fs = std::filesystem;

namespace hearth::genai {
namespace {

// What is carried over from a Hugging Face folder as it is, when it is there.
constexpr const char* kCompanions[] = {
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "chat_template.jinja",
    "chat_template.json",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "vocab.txt",
    "special_tokens_map.json",
    "tekken.json",
    "processor_config.json",
};

// openvino_tokenizer.xml and openvino_detokenizer.xml, for those who run them.
void write_tokenizer_ir(const Tokenizer& tokenizer, frontends::TokenizerFacts facts,
                        const StagedOutput& output, ExportReport& report) {
  const auto id = [](int64_t value) {
    return value < 0 ? std::nullopt : std::optional<int64_t>(value);
  };
  facts.bos = id(tokenizer.get_bos_token_id());
  facts.eos = id(tokenizer.get_eos_token_id());
  facts.pad = id(tokenizer.get_pad_token_id());
  facts.chat_template = tokenizer.get_original_chat_template();
  for (std::string& note : frontends::write_tokenizer(facts, output))
    report.notes.push_back(std::move(note));
}

// openvino_genai reads the special tokens of tokenizer_config.json only where they are strings; the
// objects of older files say nothing that tokenizer.json does not say too.
std::string with_plain_tokens(const std::string& text, const fs::path& file) {
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

frontends::TokenizerFacts facts_of(const fs::path& folder) {
  const fs::path found = text::find_tokenizer_file(folder);
  const std::string content = read_text_file(found);
  const text::TokenizerFile file{found, found.string(), content, text::read_companions(folder), ""};
  text::TokenizerJson tokenizer = text::tokenizer_json_of_file(file);
  frontends::TokenizerFacts facts;
  facts.tokenizer_json = std::move(tokenizer.json);
  if (tokenizer.is_sentencepiece) facts.sentencepiece_model = content;
  facts.tokenizer_config_json = text_if_there(folder / "tokenizer_config.json");
  facts.source = file.source;
  return facts;
}

const text::ChatTemplates& templates_of(const Tokenizer& tokenizer) {
  return tokenizer.impl().original_chat_template().impl().templates();
}

// The default alone has files of its own; with names, every template goes to the config's list.
bool has_names(const text::ChatTemplates& templates) {
  return templates.all().size() > (templates.find("default") != nullptr ? 1 : 0);
}

std::string with_templates(const std::string& tokenizer_config,
                           const text::ChatTemplates& templates) {
  Json config = parse_json(tokenizer_config, "tokenizer_config.json");
  config.erase("chat_template");
  for (const auto& [name, text, source] : templates.all())
    config["chat_template"].push_back({{"name", name}, {"template", text}});
  return config.dump(2) + "\n";
}

// The companions as they are, but for what others would stumble over.
void copy_companions(const fs::path& folder, const text::ChatTemplates& templates,
                     const StagedOutput& output) {
  const bool several = has_names(templates);
  for (const char* name : kCompanions) {
    const bool template_file = std::string_view(name).starts_with("chat_template");
    if (fs::exists(folder / name) && !(several && template_file))
      output.write_text(name, read_text_file(folder / name));
  }
  const fs::path processor = folder / "processor_config.json";
  if (several && fs::exists(processor)) {
    Json config = parse_json(read_text_file(processor), processor.string());
    config.erase("chat_template");  // it would win over the list
    output.write_text("processor_config.json", config.dump(2) + "\n");
  }
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".tiktoken")
      output.write_text(entry.path().filename().string(), read_text_file(entry.path()));
  const fs::path config = folder / "tokenizer_config.json";
  if (!several && !fs::exists(config)) return;
  const std::string plain =
      fs::exists(config) ? with_plain_tokens(read_text_file(config), config) : "{}";
  output.write_text("tokenizer_config.json", several ? with_templates(plain, templates) : plain);
}

}  // namespace

void export_folder_tokenizer(const fs::path& folder, const StagedOutput& output,
                             ExportReport& report) {
  // A missing or broken tokenizer is an error now, not later.
  const Tokenizer tokenizer = open_tokenizer(folder);
  if (text::Tokenizer::is_in(folder)) {
    write_tokenizer_ir(tokenizer, facts_of(folder), output, report);
  } else {
    report.notes.push_back(
        "no openvino_tokenizer.xml: the folder has one, but no tokenizer's file");
  }
  copy_companions(folder, templates_of(tokenizer), output);
}

void export_gguf_tokenizer(const frontends::ModelSource& source, const StagedOutput& output,
                           ExportReport& report) {
  const Tokenizer tokenizer = gguf_tokenizer(*source.gguf_tokenizer, source.path);
  const text::ChatTemplates& templates = templates_of(tokenizer);
  const TokenizerFiles files = gguf_tokenizer_files(source);
  output.write_text("tokenizer.json", files.tokenizer_json);
  const bool several = has_names(templates);
  output.write_text("tokenizer_config.json",
                    several ? with_templates(files.tokenizer_config_json, templates)
                            : files.tokenizer_config_json);
  if (const auto* only = templates.find("default"); only != nullptr && !several)
    output.write_text("chat_template.jinja", only->text);
  frontends::TokenizerFacts facts;
  facts.tokenizer_json = files.tokenizer_json;
  facts.tokenizer_config_json = files.tokenizer_config_json;
  facts.source = source.path.string();
  write_tokenizer_ir(tokenizer, std::move(facts), output, report);
}

}  // namespace hearth::genai
