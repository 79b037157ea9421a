// The least time that a machine of given rates needs for the passes of a benchmark's row: what
// memory or arithmetic allows, whichever is slower. Attention's arithmetic and everything between
// the products are not counted.
#pragma once

#include <cstddef>

#include "genai/engine/token_model.h"
#include "runtime/machine.h"

namespace hearth::genai {

struct Floor {
  const char* name = "";  ///< what bounds the row: "bandwidth", "int8", "bf16" or "f32"
  double seconds = 0;     ///< 0 when the model does not say what it reads and multiplies
};

/// Prompts of `tokens` tokens for `batch` sequences, with the logits of each one's last token:
/// 2 x weights x tokens over the rate of each product's arithmetic, or one reading of the weights.
Floor prompt_floor(const TokenModel& model, const runtime::MachineRates& rates, size_t tokens,
                   size_t batch);

/// One pass of a token for each of `batch` sequences with `context` tokens in the cache: weights
/// and caches over the bandwidth, or the products.
Floor step_floor(const TokenModel& model, const runtime::MachineRates& rates, size_t context,
                 size_t batch);

}  // namespace hearth::genai
