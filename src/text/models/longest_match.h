// RWKV's model: from left to right, always the longest token of bytes that fits.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "text/stages.h"

namespace hearth::text {

/// `tokens` are spelled with the escapes \t, \n, \r and \xNN; a text reaches the model in the byte
/// alphabet. Throws bad_input naming `source`.
std::unique_ptr<Model> make_longest_match(const std::vector<std::string>& tokens,
                                          std::optional<int64_t> unk, const std::string& source);

}  // namespace hearth::text
