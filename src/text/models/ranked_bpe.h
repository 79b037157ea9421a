// Byte pair encoding from a list of ranks alone, as tiktoken has it: of all neighbours whose union
// is a token, the union of the lowest rank merges first. A word that is a token is that token.
#pragma once

#include <memory>
#include <string>

#include "text/stages.h"
#include "text/vocabulary.h"

namespace hearth::text {

/// Tokens are spelled in the byte alphabet (byte_alphabet.h); their ids are in the order of their
/// ranks. Throws bad_input naming `source` when a single byte has no token.
std::unique_ptr<Model> make_ranked_bpe(Vocabulary vocabulary, const std::string& source);

}  // namespace hearth::text
