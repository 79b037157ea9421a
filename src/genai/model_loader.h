// Everything a pipeline needs of a model, from whatever is on disk: an IR folder, a Hugging Face
// folder or a GGUF file.
#pragma once

#include <filesystem>
#include <optional>

#include "hearth/core.hpp"
#include "hearth/genai/generation_config.hpp"
#include "hearth/genai/tokenizer.hpp"

namespace hearth::genai {

struct LoadedModel {
  CompiledModel model;
  Tokenizer tokenizer;
  GenerationConfig generation_config;
  size_t context_length = 0;  ///< 0: the model does not say
};

/// Throws bad_input. With `tokenizer` given, the folder's own is not looked at.
LoadedModel load_model(const std::filesystem::path& path, const std::string& device,
                       const AnyMap& properties, const std::optional<Tokenizer>& tokenizer);

/// The graph alone, not compiled: for evaluation and benchmarks that need no text.
Model read_any_model(const std::filesystem::path& path);

}  // namespace hearth::genai
