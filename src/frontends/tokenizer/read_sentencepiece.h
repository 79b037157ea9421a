// A tokenizer's graph around SentencePiece's own operation, of openvino_tokenizers or of ours.
#pragma once

#include <optional>

#include "frontends/tokenizer/graph_reader.h"
#include "frontends/tokenizer/read_tokenizer.h"

namespace hearth::frontends {

/// Nothing when the encoder has no such operation. Throws bad_input naming the file when there is
/// something around it that cannot be read.
std::optional<SentencePieceTexts> read_sentencepiece_graph(const GraphReader& encoder,
                                                           const GraphReader& decoder);

}  // namespace hearth::frontends
