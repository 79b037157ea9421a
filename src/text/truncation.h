// Truncation as the Rust package does it, with its rules for pairs.
#pragma once

#include <span>

#include "text/stage_config.h"
#include "text/tokenized_text.h"

namespace hearth::text {

/// `truncation` of a tokenizer.json. Throws bad_input when nothing would be left for a text beside
/// `special_tokens`.
Truncation read_truncation(const StageConfig& json, size_t special_tokens);

/// One text or two. Throws bad_input when the strategy cannot make them short enough.
void truncate(std::span<TokenizedText> texts, const Truncation& truncation, size_t special_tokens);

}  // namespace hearth::text
