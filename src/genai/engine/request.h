// A request while it is worked on: its prompt, its sequences and who hears of its tokens.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "genai/engine/beam_search.h"
#include "genai/engine/token_model.h"
#include "genai/sampling/sampler.h"
#include "hearth/genai/llm_pipeline.hpp"

namespace hearth::genai {

struct Sequence {
  Sequence(std::unique_ptr<SequenceCache> c, Sampler s)
      : cache(std::move(c)), sampler(std::move(s)) {}
  std::unique_ptr<SequenceCache> cache;
  Sampler sampler;
  TokenCounts counts;
  std::vector<int64_t> generated;
  std::vector<float> logprobs;
  float score = 0;  ///< sum of log probabilities
  bool finished = false;
  GenerationFinishReason finish_reason = GenerationFinishReason::NONE;
};

struct Request {
  std::vector<int64_t> prompt;
  GenerationConfig config;
  /// Tokens the answer may have, after config and context.
  size_t max_new_tokens = 0;
  /// Told of every token of sequence `index`; anything but RUNNING ends that sequence.
  std::function<StreamingStatus(size_t index, int64_t token)> on_token;
  /// A past to start from: its tokens are the first ones of the prompt.
  std::unique_ptr<SequenceCache> past;

  // Filled in by the engine.
  std::vector<Sequence> sequences;
  std::unique_ptr<BeamSearch> beams;
  bool admitted = false;  ///< it has its share of the cache
  bool prefilled = false;
  bool cancelled = false;
  std::optional<TimePoint> first_token;
  bool finished() const;
};

}  // namespace hearth::genai
