// Tokens that a BPE's merges do not make of their characters.
#pragma once

#include <string>
#include <vector>

namespace hearth::frontends {

/// Those of `tokens` that the merges left[i] + right[i], in order of rank, do not get to. Empty
/// tokens do not count.
std::vector<std::string> unmerged_tokens(const std::vector<std::string>& tokens,
                                         const std::vector<std::string>& left,
                                         const std::vector<std::string>& right);

}  // namespace hearth::frontends
