// A SentencePiece model as the shell of a tokenizer.json, for those who have their own way to run
// the model itself.
#pragma once

#include <string>
#include <string_view>

#include "text/tokenizer_config.h"

namespace hearth::text {

/// `model` is {"type": "SentencePiece", "vocab": [[token as it is decoded, score], …]}, by id;
/// `decoder`, `post_processor` and `added_tokens` are as ever, but that the added tokens include
/// the control pieces, which no text is made of. Throws bad_input naming `source`.
std::string describe_sentencepiece_model(std::string_view proto, const TokenizerConfig& config,
                                         const std::string& source);

}  // namespace hearth::text
