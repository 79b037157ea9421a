#include "genai/model_loader.h"

#include "base/error.h"
#include "base/json.h"
#include "frontends/decoder_config.h"
#include "frontends/frontend.h"
#include "genai/tokenizer_impl.h"
#include "runtime/model_impl.h"

namespace fs = std::filesystem;

namespace hearth::genai {
namespace {

constexpr const char* kIrName = "openvino_model.xml";

bool is_ir(const fs::path& path) { return fs::exists(path / kIrName); }

size_t context_of(const JsonObject& config) {
  return static_cast<size_t>(frontends::context_length(config).value_or(0));
}

void take_end_tokens(const JsonObject& config, GenerationConfig& generation) {
  if (generation.eos_token_id >= 0 || !config.has("eos_token_id")) return;
  for (const int64_t id : config.integers("eos_token_id")) {
    if (generation.eos_token_id < 0) generation.eos_token_id = id;
    generation.stop_token_ids.insert(id);
  }
}

// generation_config.json, then config.json, then the tokenizer say where answers end.
void read_folder_configs(const fs::path& folder, LoadedModel& loaded) {
  if (const fs::path file = folder / "generation_config.json"; fs::exists(file))
    loaded.generation_config = GenerationConfig(file);
  if (const fs::path file = folder / "config.json"; fs::exists(file)) {
    const Json json = read_json_file(file);
    const JsonObject config(json, file.string());
    loaded.context_length = context_of(config);
    take_end_tokens(config, loaded.generation_config);
  }
}

Model graph_of(const frontends::ModelSource& source) {
  return runtime::make_model(frontends::build_graph(source, {}));
}

}  // namespace

Model read_any_model(const fs::path& path) {
  if (is_ir(path)) return Core().read_model(path / kIrName);
  return graph_of(frontends::open_model_source(path));
}

LoadedModel load_model(const fs::path& given, const std::string& device, const AnyMap& properties,
                       const std::optional<Tokenizer>& tokenizer) {
  const fs::path path = given.filename() == kIrName ? given.parent_path() : given;
  const auto compile = [&](const Model& model) {
    return Core().compile_model(model, device, properties);
  };
  std::optional<LoadedModel> loaded;
  if (is_ir(path)) {
    loaded = LoadedModel{
        compile(read_any_model(path)), tokenizer ? *tokenizer : open_tokenizer(path), {}, 0};
    read_folder_configs(path, *loaded);
  } else {
    const frontends::ModelSource source = frontends::open_model_source(path);
    Tokenizer tokens = tokenizer          ? *tokenizer
                       : source.is_gguf() ? gguf_tokenizer(*source.gguf_tokenizer, source.path)
                                          : open_tokenizer(path);
    loaded = LoadedModel{compile(graph_of(source)), std::move(tokens), {}, 0};
    if (source.is_gguf()) {
      const JsonObject config(source.config, source.config_name);
      loaded->context_length = context_of(config);
      take_end_tokens(config, loaded->generation_config);
    } else {
      read_folder_configs(path, *loaded);
    }
  }
  const int64_t eos = loaded->tokenizer.get_eos_token_id();
  if (loaded->generation_config.eos_token_id < 0 && eos >= 0)
    loaded->generation_config.set_eos_token_id(eos);
  return std::move(*loaded);
}

}  // namespace hearth::genai
