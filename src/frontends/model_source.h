// A model on disk before it is a graph: a Hugging Face folder or a GGUF file, opened, with its
// config in Hugging Face's form and its tensors under Hugging Face's names. Weights stay mapped.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "formats/checkpoint.h"

namespace hearth::frontends {

/// The vocabulary of a GGUF file, as plain data: turning it into a tokenizer is text's business.
struct GgufTokenizerData {
  std::string model_name;    ///< general.name
  std::string architecture;  ///< general.architecture
  std::string model;         ///< "gpt2", "llama", ...
  std::string pre;           ///< name of the pre-tokenizer
  std::vector<std::string> tokens;
  std::vector<std::string> merges;
  std::vector<double> scores;
  std::vector<int64_t> types;
  std::optional<bool> add_bos, add_eos, add_space_prefix;
  std::optional<bool> remove_extra_whitespaces, lowercase, strip_accents;
  std::optional<int64_t> bos, eos, unk, pad, sep;
  std::string charsmap;  ///< bytes of SentencePiece's character map
  /// (name, text); the one without a name is "default".
  std::vector<std::pair<std::string, std::string>> chat_templates;
};

struct ModelSource {
  std::filesystem::path path;  ///< the folder or the .gguf file
  Json config;                 ///< what config.json says, or would say
  std::string config_name;     ///< where that came from, for messages
  formats::Checkpoint tensors;
  /// Tensors whose rows are stored with the two halves of every head interleaved, with the number
  /// of heads: GGUF files of the llama family keep q_proj and k_proj like that.
  std::map<std::string, int64_t> interleaved_heads;
  /// Divisors of the rotary frequencies, where a GGUF file carries them.
  std::vector<float> rope_divisors;
  std::optional<GgufTokenizerData> gguf_tokenizer;  ///< set when the source is a GGUF file
  Json generation_config;  ///< made from GGUF metadata; null for folders (they have a file)

  bool is_gguf() const { return gguf_tokenizer.has_value(); }
};

/// Opens a folder with config.json and safetensors, or a .gguf file. Throws bad_input.
ModelSource open_model_source(const std::filesystem::path& path);

}  // namespace hearth::frontends
