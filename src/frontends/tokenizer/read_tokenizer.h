// openvino_tokenizer.xml and openvino_detokenizer.xml turned back into what a tokenizer.json and a
// tokenizer_config.json would say: what openvino_tokenizers writes for byte-level BPE,
// SentencePiece, WordPiece and Unigram tokenizers, and what Hearth writes.
#pragma once

#include <filesystem>
#include <string>

namespace hearth::frontends {

struct TokenizerTexts {
  std::string tokenizer_json, tokenizer_config_json;
  std::string chat_template;  ///< may be empty
};

/// True when the folder has both files.
bool has_tokenizer_ir(const std::filesystem::path& folder);

/// Throws bad_input naming the file and the operation when it says something that a tokenizer.json
/// cannot.
TokenizerTexts read_tokenizer_ir(const std::filesystem::path& folder);

}  // namespace hearth::frontends
