// TokenModel for models whose attention is not recognised: every sequence is an InferRequest of its
// own, with the states as the IR has them. Right for anything that optimum-intel exports; slow.
#pragma once

#include <memory>

#include "genai/engine/token_model.h"

namespace hearth::genai {

/// Throws bad_input when the model has no input_ids or no logits.
std::unique_ptr<TokenModel> make_stateful_token_model(const CompiledModel& model);

}  // namespace hearth::genai
