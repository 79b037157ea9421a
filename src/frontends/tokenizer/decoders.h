// The decoder of a tokenizer.json as operations: ids become strings.
#pragma once

#include "frontends/tokenizer/model_writer.h"

namespace hearth::frontends {

/// The graph of openvino_detokenizer.xml. Throws NoOperation or bad_input.
void write_detokenizer(StringGraph& graph, const JsonObject& tokenizer,
                       const Vocabulary& vocabulary, const std::vector<AddedTokenEntry>& added);

}  // namespace hearth::frontends
