#include "genai/sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hearth::genai {

int64_t argmax(std::span<const float> values) {
  size_t best = 0;
  float best_value = -std::numeric_limits<float>::infinity();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] > best_value) {
      best_value = values[i];
      best = i;
    }
  }
  return static_cast<int64_t>(best);
}

double log_sum_exp(std::span<const float> values) {
  const double top = values[static_cast<size_t>(argmax(values))];
  double sum = 0;
  for (const float v : values) sum += std::exp(static_cast<double>(v) - top);
  return top + std::log(sum);
}

Sampler::Sampler(const GenerationConfig& config, uint64_t stream)
    : config_(config), random_(config.rng_seed + stream * 0x9E3779B97F4A7C15u) {}

bool Sampler::needs_copy(size_t generated) const {
  return config_.do_sample || config_.repetition_penalty != 1 || config_.presence_penalty != 0 ||
         config_.frequency_penalty != 0 || generated < config_.min_new_tokens;
}

void Sampler::apply_penalties(const TokenCounts& counts) {
  for (const auto& [token, times] : counts.generated()) {
    if (token < 0 || static_cast<size_t>(token) >= logits_.size()) continue;
    float& logit = logits_[static_cast<size_t>(token)];
    if (config_.repetition_penalty != 1)
      logit = logit < 0 ? logit * config_.repetition_penalty : logit / config_.repetition_penalty;
    if (times > 0)
      logit -= config_.presence_penalty + config_.frequency_penalty * static_cast<float>(times);
  }
}

SampledToken Sampler::sample(std::span<const float> logits, const TokenCounts& counts,
                             size_t generated) {
  SampledToken out;
  if (!needs_copy(generated)) {
    out.token = argmax(logits);
  } else {
    logits_.assign(logits.begin(), logits.end());
    apply_penalties(counts);
    if (generated < config_.min_new_tokens)
      for (const int64_t id : config_.stop_token_ids)
        if (static_cast<size_t>(id) < logits_.size())
          logits_[static_cast<size_t>(id)] = -std::numeric_limits<float>::infinity();
    if (config_.do_sample) {
      candidates_.resize(logits_.size());
      for (size_t i = 0; i < logits_.size(); ++i)
        candidates_[i] = {logits_[i], static_cast<int32_t>(i)};
      out.token = static_cast<int64_t>(draw(candidates_));
    } else {
      out.token = argmax(logits_);
    }
  }
  if (config_.logprobs > 0 || config_.do_sample)
    out.logprob = static_cast<float>(static_cast<double>(logits[static_cast<size_t>(out.token)]) -
                                     log_sum_exp(logits));
  return out;
}

size_t Sampler::draw(std::vector<Candidate>& c) {
  // Ties are broken by the lower id, so that the order is total and the draw the same everywhere.
  const auto before = [](const Candidate& a, const Candidate& b) {
    return a.value != b.value ? a.value > b.value : a.token < b.token;
  };
  if (config_.top_k < c.size()) {
    std::nth_element(c.begin(), c.begin() + static_cast<int64_t>(config_.top_k) - 1, c.end(),
                     before);
    c.resize(config_.top_k);
  }
  const float top =
      std::max_element(c.begin(), c.end(), [&](const Candidate& a, const Candidate& b) {
        return before(b, a);
      })->value;
  double total = 0;
  for (Candidate& candidate : c) {
    candidate.value = std::exp((candidate.value - top) / config_.temperature);
    total += candidate.value;
  }
  // Weights are relative to the most likely token, whose weight is 1: min_p is a bound on them.
  if (config_.min_p > 0)
    std::erase_if(c, [&](const Candidate& candidate) { return candidate.value < config_.min_p; });
  if (config_.top_p < 1) {
    std::sort(c.begin(), c.end(), before);
    double kept = 0;
    size_t count = 0;
    while (count < c.size() && kept <= static_cast<double>(config_.top_p) * total)
      kept += c[count++].value;
    c.resize(count);
  } else if (config_.top_k != GenerationConfig::kNoLimit) {
    std::sort(c.begin(), c.end(), before);  // the selection above left them in no order
  }
  double sum = 0;
  for (const Candidate& candidate : c) sum += candidate.value;
  // 53 random bits: the same uniform number on every standard library.
  double point = static_cast<double>(random_() >> 11) * 0x1p-53 * sum;
  for (const Candidate& candidate : c) {
    point -= candidate.value;
    if (point < 0) return static_cast<size_t>(candidate.token);
  }
  return static_cast<size_t>(c.back().token);
}

}  // namespace hearth::genai
