// What a call of a pipeline is told besides its input.
#pragma once

#include "hearth/genai/llm_pipeline.hpp"

namespace hearth::genai {

struct CallOptions {
  GenerationConfig config;
  StreamerVariant streamer;
};

/// `base` with what the properties say: fields of GenerationConfig, `generation_config` and
/// `streamer`. Throws bad_input for any other name.
CallOptions call_options(const AnyMap& properties, const GenerationConfig& base);

/// A config made from scratch ends where the model ends.
CallOptions with_end_tokens(CallOptions options, const GenerationConfig& model);

}  // namespace hearth::genai
