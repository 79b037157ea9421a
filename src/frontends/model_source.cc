#include "frontends/model_source.h"

#include "base/error.h"
#include "formats/gguf.h"
#include "frontends/gguf_source.h"

namespace fs = std::filesystem;

namespace hearth::frontends {
namespace {

ModelSource open_folder(const fs::path& folder) {
  const fs::path config = folder / "config.json";
  if (!fs::exists(config))
    bad_input(
        "{}: has no config.json; a model is a Hugging Face folder (config.json, "
        "*.safetensors, tokenizer), an IR folder (openvino_model.xml) or a .gguf file",
        folder.string());
  ModelSource source;
  source.path = folder;
  source.config_name = config.string();
  source.config = read_json_file(config);
  source.tensors = formats::open_checkpoint_folder(folder);
  return source;
}

}  // namespace

ModelSource open_model_source(const fs::path& path) {
  if (fs::is_directory(path)) return open_folder(path);
  if (!fs::exists(path)) bad_input("{}: does not exist", path.string());
  if (path.extension() == ".gguf") return gguf_source(formats::open_gguf(path), path);
  bad_input("{}: is neither a model folder nor a .gguf file", path.string());
}

}  // namespace hearth::frontends
