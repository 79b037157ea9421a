// What is in a model on disk.
#pragma once

#include <filesystem>
#include <string>

namespace hearth {

/// A description of a Hugging Face folder, a GGUF file, a safetensors file or an IR, as text or as
/// JSON: kind, architecture, sizes, tensors by type, and for folders the config keys that no family
/// reads. Throws bad_input when it is none of those, or broken.
std::string inspect(const std::filesystem::path& path, bool as_json, bool list_tensors = false);

}  // namespace hearth
