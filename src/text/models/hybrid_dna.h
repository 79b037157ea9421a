// Carbon's model: BPE for text, and fixed k-mers for what stands between <dna> and </dna>. A k-mer
// has a token of its own even where BPE has one of the same letters: in the vocabulary its name
// ends in U+E000.
#pragma once

#include <memory>

#include "text/stages.h"

namespace hearth::text {

/// `words` cuts the text that `bpe` encodes, and may be null; the result wants its texts uncut.
/// Where `bpe` lacks <dna>, </dna> or <oov>, all is text.
std::unique_ptr<Model> make_hybrid_dna(std::unique_ptr<PreTokenizer> words,
                                       std::unique_ptr<Model> bpe);

}  // namespace hearth::text
