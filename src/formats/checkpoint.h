// Named tensors of a checkpoint, mapped from its files: what safetensors and GGUF readers produce
// and what frontends build graphs from. Nothing is copied or converted here.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "hearth/element_type.hpp"
#include "hearth/shape.hpp"

namespace hearth::formats {

struct TensorRef {
  std::string name;
  ElementType type = ElementType::dynamic;
  Shape shape;       ///< outermost first, whatever order the file uses
  Bytes data;        ///< in memory (mapped), exactly byte_size(type, elements)
  std::string file;  ///< for messages
};

class Checkpoint {
 public:
  /// Throws bad_input when the name is taken.
  void add(TensorRef tensor);
  /// Null when there is no such tensor.
  const TensorRef* find(const std::string& name) const;
  /// Throws bad_input naming the checkpoint and the tensor.
  const TensorRef& get(const std::string& name) const;
  /// Sorted by name.
  const std::map<std::string, TensorRef>& tensors() const { return tensors_; }
  /// Where it came from, for messages.
  std::string source;

 private:
  std::map<std::string, TensorRef> tensors_;
};

/// One .safetensors file. Its header is held to the format's rules: every byte of data belongs to
/// exactly one tensor, and the ranges agree with the types and shapes.
Checkpoint open_safetensors(const std::filesystem::path& file);
/// The same from memory that `owner` keeps alive, for fuzzing and tests.
Checkpoint parse_safetensors(std::span<const std::byte> bytes,
                             const std::shared_ptr<const void>& owner, const std::string& source);
/// A Hugging Face folder: model.safetensors, or the shards that model.safetensors.index.json names.
/// Shards must lie inside the folder, except through links of the Hub's cache layout
/// (snapshots/<rev>/x -> ../../blobs/<hash>).
Checkpoint open_checkpoint_folder(const std::filesystem::path& folder);

}  // namespace hearth::formats
