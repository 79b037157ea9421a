#include "genai/sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "runtime/logits.h"

namespace hearth::genai {

namespace {

// Values looked at together: the largest of them is found in lanes, which compilers turn into
// vectors, and where it is only matters for the block that has it.
constexpr size_t kBlock = 1024;
constexpr size_t kLanes = 16;

// The largest value; NaN is none.
float largest(std::span<const float> values) {
  float lanes[kLanes];
  std::fill(lanes, lanes + kLanes, -std::numeric_limits<float>::infinity());
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes)
    for (size_t j = 0; j < kLanes; ++j)
      lanes[j] = values[i + j] > lanes[j] ? values[i + j] : lanes[j];
  for (; i < values.size(); ++i) lanes[0] = values[i] > lanes[0] ? values[i] : lanes[0];
  return *std::max_element(lanes, lanes + kLanes);
}

}  // namespace

int64_t argmax(std::span<const float> values) {
  size_t best_block = 0;
  float best = -std::numeric_limits<float>::infinity();
  for (size_t begin = 0; begin < values.size(); begin += kBlock) {
    const float value = largest(values.subspan(begin, std::min(kBlock, values.size() - begin)));
    if (value <= best) continue;
    best = value;
    best_block = begin;
  }
  if (best == -std::numeric_limits<float>::infinity()) return 0;
  return std::find(values.begin() + static_cast<int64_t>(best_block), values.end(), best) -
         values.begin();
}

double log_sum_exp(std::span<const float> values) {
  const float top = values[static_cast<size_t>(argmax(values))];
  return static_cast<double>(top) + std::log(runtime::exp_sum(values, top, 1));
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
      out.token = static_cast<int64_t>(draw());
    } else {
      out.token = argmax(logits_);
    }
  }
  if (config_.logprobs > 0 || config_.do_sample)
    out.logprob = static_cast<float>(static_cast<double>(logits[static_cast<size_t>(out.token)]) -
                                     log_sum_exp(logits));
  return out;
}

namespace {

// Ties are broken by the lower id, so that the order is total and the draw the same everywhere.
struct Before {
  bool operator()(const SamplingCandidate& a, const SamplingCandidate& b) const {
    return a.value != b.value ? a.value > b.value : a.token < b.token;
  }
};

// The `count` first candidates in order; the others behind them in any.
void sort_first(std::vector<SamplingCandidate>& c, size_t count) {
  if (count < c.size())
    std::nth_element(c.begin(), c.begin() + static_cast<int64_t>(count), c.end(), Before());
  std::sort(c.begin(), c.begin() + static_cast<int64_t>(std::min(count, c.size())), Before());
}

}  // namespace

// The top_k best logits. A vocabulary is passed over once: what is worse than the k-th best so far
// is left out, and the rest is cut back to k whenever there are four times as many.
void Sampler::choose_top_k() {
  std::vector<SamplingCandidate>& c = candidates_;
  const size_t k = config_.top_k;
  const size_t room = 4 * std::max<size_t>(k, 64);
  const auto cut = [&] {
    std::nth_element(c.begin(), c.begin() + static_cast<int64_t>(k) - 1, c.end(), Before());
    c.resize(k);
  };
  // An equal one that comes later has a higher id and is worse.
  float worst = -std::numeric_limits<float>::infinity();
  for (size_t i = 0; i < logits_.size(); ++i) {
    if (!(logits_[i] > worst) && c.size() >= k) continue;
    c.push_back({logits_[i], static_cast<int32_t>(i)});
    if (c.size() < room) continue;
    cut();
    worst = c.back().value;
  }
  if (c.size() > k) cut();
}

// All whose weight can matter, given the sum of all weights: with min_p none below it, with top_p
// none of the unlikeliest that together hold less than half of what may be cut.
void Sampler::choose_likely(float top, double total) {
  const double tail = (1 - static_cast<double>(config_.top_p)) * total;
  const double least = std::max(static_cast<double>(config_.min_p),
                                tail / (2 * static_cast<double>(logits_.size())));
  // Weights will be computed in f32, from differences rounded to it: a thousandth is room enough.
  const auto bound =
      static_cast<float>(static_cast<double>(top) + std::log(0.999 * least) * config_.temperature);
  for (size_t i = 0; i < logits_.size(); ++i)
    if (logits_[i] >= bound) candidates_.push_back({logits_[i], static_cast<int32_t>(i)});
}

// Keeps the likeliest whose weights reach top_p of `total`, in order. Mostly a few dozen of a whole
// vocabulary: so ever more of them are sorted, not all.
void Sampler::keep_top_p(double total) {
  std::vector<SamplingCandidate>& c = candidates_;
  for (size_t sorted = 256;; sorted *= 8) {
    sort_first(c, sorted);
    double kept = 0;
    size_t count = 0;
    const size_t end = std::min(sorted, c.size());
    while (count < end && kept <= static_cast<double>(config_.top_p) * total)
      kept += c[count++].value;
    if (count == end && end < c.size()) continue;
    return c.resize(count);
  }
}

// Gives every candidate its weight, relative to the likeliest token's, and returns their sum.
double Sampler::weigh(float top) {
  double total = 0;
  for (SamplingCandidate& candidate : candidates_) {
    candidate.value = std::exp((candidate.value - top) / config_.temperature);
    total += candidate.value;
  }
  return total;
}

// 53 random bits: the same number in [0, 1) on every standard library.
double Sampler::uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

size_t Sampler::draw() {
  const float top = logits_[static_cast<size_t>(argmax(logits_))];
  const bool cut = config_.top_k < logits_.size();
  if (!cut && config_.top_p >= 1 && config_.min_p <= 0) return draw_from_all(top);
  candidates_.clear();
  double total = 0;
  if (cut) {
    choose_top_k();
    total = weigh(top);
  } else {
    total = runtime::exp_sum(logits_, top, 1 / static_cast<double>(config_.temperature));
    choose_likely(top, total);
    weigh(top);
  }
  return draw_candidate(total);
}

// The block first, from the sums of all; then the token, from the weights of that block.
size_t Sampler::draw_from_all(float top) {
  const double scale = 1 / static_cast<double>(config_.temperature);
  const std::span<const float> logits = logits_;
  sums_.clear();
  for (size_t begin = 0; begin < logits.size(); begin += kBlock)
    sums_.push_back(runtime::exp_sum(logits.subspan(begin, std::min(kBlock, logits.size() - begin)),
                                     top, scale));
  double point = uniform() * std::accumulate(sums_.begin(), sums_.end(), 0.0);
  size_t block = 0;
  for (; block + 1 < sums_.size() && point >= sums_[block]; ++block) point -= sums_[block];
  const size_t begin = block * kBlock, end = std::min(begin + kBlock, logits.size());
  for (size_t i = begin; i < end; ++i) {
    point -= std::exp((static_cast<double>(logits[i]) - static_cast<double>(top)) * scale);
    if (point < 0) return i;
  }
  // The weights of a block, added up one by one, may miss its sum by a rounding.
  return begin + static_cast<size_t>(argmax(logits.subspan(begin, end - begin)));
}

// `total`: the weight of all tokens that top_k leaves.
size_t Sampler::draw_candidate(double total) {
  std::vector<SamplingCandidate>& c = candidates_;
  // Weights are relative to the most likely token, whose weight is 1: min_p is a bound on them.
  if (config_.min_p > 0)
    std::erase_if(
        c, [&](const SamplingCandidate& candidate) { return candidate.value < config_.min_p; });
  if (config_.top_p < 1) {
    keep_top_p(total);
  } else if (config_.top_k != GenerationConfig::kNoLimit) {
    sort_first(c, c.size());  // the selection above left them in no order
  }
  double sum = 0;
  for (const SamplingCandidate& candidate : c) sum += candidate.value;
  double point = uniform() * sum;
  for (const SamplingCandidate& candidate : c) {
    point -= candidate.value;
    if (point < 0) return static_cast<size_t>(candidate.token);
  }
  if (c.empty()) return 0;  // no logit is a number
  return static_cast<size_t>(c.back().token);
}

}  // namespace hearth::genai
