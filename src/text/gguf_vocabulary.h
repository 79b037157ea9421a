// The vocabulary inside a GGUF file. The kinds gpt2, gemma4 and whitespace (BPE), llama
// (SentencePiece BPE by score, with byte fallback) and bert (WordPiece) have a tokenizer.json; t5
// (SentencePiece unigram), rwkv (longest match), plamo2 and hybriddna (BPE with 6-mers) have none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hearth::text {

/// Values of tokenizer.ggml.*, under the names that GGUF gives them; what is not set takes
/// llama.cpp's default for the kind.
struct GgufVocabulary {
  std::string source;        ///< names the file in errors
  std::string name;          ///< general.name
  std::string architecture;  ///< general.architecture
  std::string model;         ///< "gpt2", "llama", ...
  std::string pre;  ///< of gpt2 and hybriddna: the pre-tokenizer; empty counts as "default"
  std::vector<std::string> tokens;
  std::vector<std::string> merges;  ///< of the same: "a b"
  std::vector<double> scores;       ///< of llama, t5 and plamo2
  std::vector<int64_t> types;       ///< 1 normal, 2 unknown, 3 control, 4 user-defined, 5, 6 byte
  std::optional<bool> add_bos, add_eos, add_space_prefix;
  std::optional<bool> remove_extra_whitespaces;    ///< of t5
  std::optional<bool> lowercase, strip_accents;    ///< of bert and whitespace
  std::optional<int64_t> bos, eos, unk, pad, sep;  ///< bos is [CLS] of bert
  std::string charsmap;                            ///< of t5: SentencePiece's character map
};

/// Throws bad_input for kinds that have no tokenizer.json, for an unknown model or pre, naming it,
/// and for lists that do not fit.
std::string tokenizer_json_from_gguf(const GgufVocabulary& vocabulary);
/// The special tokens; without a chat template.
std::string tokenizer_config_json_from_gguf(const GgufVocabulary& vocabulary);

}  // namespace hearth::text
