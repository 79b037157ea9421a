// openvino_tokenizer.xml and openvino_detokenizer.xml turned back into what a tokenizer.json and a
// tokenizer_config.json would say: what openvino_tokenizers writes for byte-level BPE,
// SentencePiece, WordPiece and Unigram tokenizers, and what Hearth writes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace hearth::frontends {

/// A graph that runs the file of a SentencePiece model; ids are those of its pieces.
struct SentencePieceTexts {
  std::string model;  ///< the content of a tokenizer.model
  bool add_bos = false, add_eos = false;
  struct Cut {
    std::string content;
    int32_t id;
    bool special;
  };
  std::vector<Cut> cut;              ///< found in a text as added tokens are; may be pieces or not
  std::vector<int64_t> front, back;  ///< around a text, outside of the two above
  std::optional<int64_t> bos, eos, pad;
  std::string decoder;  ///< the model of the way back; empty when it is the same
};

struct TokenizerTexts {
  std::optional<SentencePieceTexts> sentencepiece;  ///< then the next two are empty
  std::string tokenizer_json, tokenizer_config_json;
  std::string chat_template;  ///< may be empty
};

/// True when the folder has both files.
bool has_tokenizer_ir(const std::filesystem::path& folder);

/// Throws bad_input naming the file and the operation when it says something that a tokenizer.json
/// cannot.
TokenizerTexts read_tokenizer_ir(const std::filesystem::path& folder);
/// The same from graphs that were read already; the sources name them in errors.
TokenizerTexts read_tokenizer_ir(const ir::Graph& encoder, const std::string& encoder_source,
                                 const ir::Graph& decoder, const std::string& decoder_source);

}  // namespace hearth::frontends
