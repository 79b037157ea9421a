// Tokens side by side: quantised rows turned so that four codes of every token of a panel stand in
// one vector (see CodeLayout). What dot products of bytes with the tokens as lanes load.
#pragma once

#include "kernels/int8_matmul/quantized_rows.h"

namespace hearth::kernels {

/// Tokens that are turned together; divides the lanes of every panel.
inline constexpr int64_t kPackedTokens = 4;

/// Puts at most kPackedTokens tokens, quantised by rows, into `out` as tokens `first` and after;
/// lanes of these kPackedTokens without a token become 0.
void pack_tokens(const CodedRows& rows, int64_t first, const CodedRows& out);

}  // namespace hearth::kernels
