// Padding as the Rust package does it.
#pragma once

#include <span>

#include "text/encoding.h"
#include "text/stage_config.h"

namespace hearth::text {

/// `padding` of a tokenizer.json.
Padding read_padding(const StageConfig& json);

/// Brings the encodings of a batch to one length; what is longer stays. Throws bad_input when that
/// would take more than 2^24 tokens each.
void pad(std::span<Encoding> batch, const Padding& padding);

}  // namespace hearth::text
