// From logits to the next token of one sequence. The order of the stages is OpenVINO GenAI's:
// penalties, end tokens held back, top-k, temperature and softmax, min-p, top-p, draw. The same
// seed gives the same tokens whatever else is running.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "genai/sampling/token_counts.h"
#include "hearth/genai/generation_config.hpp"

namespace hearth::genai {

struct SampledToken {
  int64_t token = 0;
  float logprob = 0;  ///< of the unchanged logits; 0 unless asked for or sampled
};

/// A token that may be drawn, with its logit or its weight.
struct SamplingCandidate {
  float value;
  int32_t token;
};

class Sampler {
 public:
  /// `stream` tells sequences of one request apart.
  Sampler(const GenerationConfig& config, uint64_t stream);
  /// `generated`: tokens of the answer so far.
  SampledToken sample(std::span<const float> logits, const TokenCounts& counts, size_t generated);

 private:
  bool needs_copy(size_t generated) const;
  void apply_penalties(const TokenCounts& counts);
  void choose_top_k();
  void choose_likely(float top, double total);
  double weigh(float top);
  void keep_top_p(double total);
  double uniform();
  size_t draw();
  size_t draw_from_all(float top);
  size_t draw_candidate(double total);
  GenerationConfig config_;
  std::mt19937_64 random_;
  std::vector<float> logits_;
  std::vector<SamplingCandidate> candidates_;
  std::vector<double> sums_;
};

/// The index of the largest value, the first of equals. NaN never wins.
int64_t argmax(std::span<const float> values);
/// log(sum(exp(values))), in double.
double log_sum_exp(std::span<const float> values);

}  // namespace hearth::genai
