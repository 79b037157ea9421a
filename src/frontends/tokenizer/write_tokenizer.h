// A tokenizer as openvino_tokenizer.xml and openvino_detokenizer.xml: graphs of
// openvino_tokenizers' operations, as openvino_genai reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/staged_output.h"

namespace hearth::frontends {

/// What the graphs are made from.
struct TokenizerFacts {
  std::string tokenizer_json;  ///< what such a file says
  /// The content of a tokenizer.model. Then tokenizer_json says the rest: its section `model` has
  /// the tokens as [[token, score], …] in the order of their ids.
  std::string sentencepiece_model;
  std::string tokenizer_config_json;  ///< may be empty
  std::string chat_template;          ///< may be empty
  std::optional<int64_t> bos, eos, pad;
  std::string source;  ///< names the tokenizer in errors
};

/// Writes both pairs of files into `output`. When a stage of the tokenizer has no operation nothing
/// is written and the answer says which, such as "the pre-tokenizer UnicodeScripts". Throws
/// bad_input for a file that makes no sense.
std::optional<std::string> write_tokenizer(const TokenizerFacts& facts, const StagedOutput& output);

}  // namespace hearth::frontends
