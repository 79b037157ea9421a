// A Hugging Face folder's weights: one file, or the shards that an index names. The index is
// untrusted: it must not make us read files elsewhere.
#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "formats/checkpoint.h"

namespace fs = std::filesystem;

namespace hearth::formats {
namespace {

constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

// Links count even when they lead nowhere: opening them then says so.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

bool lies_inside(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first ==
         folder.end();
}

// In the Hub's cache, <model>/snapshots/<revision>/** are links to files of <model>/blobs/.
fs::path blobs_folder_of(const fs::path& folder) {
  for (fs::path at = folder; at.has_relative_path(); at = at.parent_path())
    if (at.parent_path().filename() == "snapshots") return at.parent_path().parent_path() / "blobs";
  return {};
}

// The shard's real path, when it is one that the folder may name.
fs::path shard_path(const fs::path& folder, const std::string& shard) {
  const fs::path index = folder / kIndexFile;
  const fs::path relative(shard);
  const bool climbs = std::find(relative.begin(), relative.end(), "..") != relative.end();
  if (shard.empty() || relative.is_absolute() || climbs)
    bad_input("{}: weight_map names the shard `{}`, which is not a file of this folder",
              index.string(), shard);
  std::error_code error;
  const fs::path real_folder = fs::canonical(folder, error);
  const fs::path real = error ? fs::path() : fs::canonical(folder / relative, error);
  if (error)
    bad_input(
        "{}: the shard is missing or cannot be reached ({}); download it, or the whole model, "
        "again",
        (folder / relative).string(), error.message());
  const fs::path blobs = blobs_folder_of(real_folder);
  if (!lies_inside(real, real_folder) && (blobs.empty() || real.parent_path() != blobs))
    bad_input("{}: is a link to {}, outside of the model's folder; put the file itself there",
              (folder / relative).string(), real.string());
  return folder / relative;
}

Checkpoint open_shards(const fs::path& folder) {
  const fs::path index_path = folder / kIndexFile;
  const Json json = read_json_file(index_path);
  const JsonObject map = JsonObject(json, index_path.string()).object("weight_map");
  std::map<std::string, std::vector<std::string>> tensors_of;
  for (const auto& [tensor, shard] : map.json().items()) {
    if (!shard.is_string()) bad_input("{} should be the name of a file", map.name_of(tensor));
    tensors_of[shard.get<std::string>()].push_back(tensor);
  }
  if (tensors_of.empty()) bad_input("{}: weight_map is empty", index_path.string());

  Checkpoint checkpoint;
  checkpoint.source = folder.string();
  for (const auto& [shard, tensors] : tensors_of) {
    const Checkpoint part = open_safetensors(shard_path(folder, shard));
    for (const std::string& name : tensors) {
      const TensorRef* tensor = part.find(name);
      if (tensor == nullptr)
        bad_input(
            "{}: has no tensor `{}`, although {} says so; one of the two is damaged or of "
            "another model",
            part.source, name, index_path.string());
      checkpoint.add(*tensor);
    }
  }
  return checkpoint;
}

[[noreturn]] void no_weights(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) bad_input("{}: there is no such folder", folder.string());
  for (const char* pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json"})
    if (is_there(folder / pickle))
      bad_input(
          "{}: holds its weights only as pytorch_model.bin, which can run code when it is "
          "read; convert it to safetensors (in Python: AutoModelForCausalLM.from_pretrained("
          "folder).save_pretrained(folder, safe_serialization=True))",
          folder.string());
  bad_input("{}: has neither {} nor {}; is the download complete?", folder.string(), kSingleFile,
            kIndexFile);
}

}  // namespace

Checkpoint open_checkpoint_folder(const fs::path& folder) {
  // The single file may be any link: its name is ours, not the checkpoint's.
  if (is_there(folder / kSingleFile)) return open_safetensors(folder / kSingleFile);
  if (is_there(folder / kIndexFile)) return open_shards(folder);
  no_weights(folder);
}

}  // namespace hearth::formats
