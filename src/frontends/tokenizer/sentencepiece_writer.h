// A SentencePiece model as the operation that runs its file: strings become ids.
#pragma once

#include <string_view>

#include "frontends/tokenizer/model_writer.h"

namespace hearth::frontends {

/// `texts` are whole texts, string[texts]. `added` are the tokens that are cut out of them before.
Ids write_sentencepiece_model(StringGraph& graph, ir::Value texts, std::string_view proto,
                              const std::vector<AddedTokenEntry>& added);

}  // namespace hearth::frontends
