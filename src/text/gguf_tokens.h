// The token list of a GGUF vocabulary: that its columns fit together, and the tokens that are found
// in a text before anything else.
#pragma once

#include <vector>

#include "text/added_tokens.h"
#include "text/gguf_vocabulary.h"

namespace hearth::text {

/// Throws bad_input naming the file when a column has another length than the tokens, or a token is
/// not UTF-8.
void check_token_lists(const GgufVocabulary& vocabulary, bool needs_scores);

/// Control, user-defined and unknown tokens, by id. Files do not say which of them take the white
/// space beside them along; this goes by names, as llama.cpp does.
std::vector<AddedToken> found_tokens(const GgufVocabulary& vocabulary);

}  // namespace hearth::text
