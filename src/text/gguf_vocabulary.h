// The vocabulary inside a GGUF file as a tokenizer.json, for the kinds gpt2 (byte-level BPE) and
// llama (SentencePiece BPE by score, with byte fallback).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hearth::text {

/// Values of tokenizer.ggml.*, under the names that GGUF gives them; what is not set takes
/// llama.cpp's default for the kind.
struct GgufVocabulary {
  std::string source;  ///< names the file in errors
  std::string model;   ///< "gpt2" or "llama"
  std::string pre;     ///< of gpt2: the pre-tokenizer; empty counts as "default"
  std::vector<std::string> tokens;
  std::vector<std::string> merges;  ///< of gpt2: "a b"
  std::vector<double> scores;       ///< of llama
  std::vector<int64_t> types;       ///< 1 normal, 2 unknown, 3 control, 4 user-defined, 5, 6 byte
  std::optional<bool> add_bos, add_eos, add_space_prefix;
  std::optional<int64_t> bos, eos, unk, pad;
};

/// Throws bad_input for an unknown model or pre, naming it, and for lists that do not fit.
std::string tokenizer_json_from_gguf(const GgufVocabulary& vocabulary);
/// The special tokens; without a chat template.
std::string tokenizer_config_json_from_gguf(const GgufVocabulary& vocabulary);

}  // namespace hearth::text
