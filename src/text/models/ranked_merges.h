// The merges that a list of ranks stands for: what a BPE of a tokenizer.json needs in its place.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/vocabulary.h"

namespace hearth::text {

/// In order of rank, for each token the two that it is made of when only tokens of lower rank
/// merge. A token that they do not get to has none. Tokens are spelled in the byte alphabet; views
/// into `vocabulary`. Throws bad_input naming `source` for a token of more than 2^10 characters.
std::vector<std::pair<std::string_view, std::string_view>> merges_of_ranks(
    const Vocabulary& vocabulary, const std::string& source);

}  // namespace hearth::text
