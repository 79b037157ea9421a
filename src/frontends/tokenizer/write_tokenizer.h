// A tokenizer as openvino_tokenizer.xml and openvino_detokenizer.xml: graphs of
// openvino_tokenizers' operations, as openvino_genai reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

/// Writes both pairs of files into `output`. The answer are sentences on where the graphs differ
/// from the tokenizer; when one of its stages has no operation nothing is written, and the only
/// sentence says which. Throws bad_input for a file that makes no sense.
std::vector<std::string> write_tokenizer(const TokenizerFacts& facts, const StagedOutput& output);

}  // namespace hearth::frontends
