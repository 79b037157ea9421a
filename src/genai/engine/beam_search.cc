#include "genai/engine/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "genai/sampling/sampler.h"

namespace hearth::genai {

BeamSearch::BeamSearch(const GenerationConfig& config, std::vector<int64_t> prompt,
                       size_t token_limit)
    : config_(config),
      prompt_(std::move(prompt)),
      max_new_tokens_(token_limit),
      beams_per_group_(config.num_beams / config.num_beam_groups),
      groups_(config.num_beam_groups) {
  for (Group& group : groups_) group.live.emplace_back();
}

float BeamSearch::score_of(float sum, size_t length) const {
  return sum / std::pow(static_cast<float>(length), config_.length_penalty);
}

// Tokens that would complete an n-gram which the sequence already has.
void BeamSearch::ban_repeated_ngrams(const Beam& beam, std::vector<float>& token_scores) const {
  const size_t n = config_.no_repeat_ngram_size;
  if (n == GenerationConfig::kNoLimit) return;
  std::vector<int64_t> all(prompt_);
  all.insert(all.end(), beam.tokens.begin(), beam.tokens.end());
  if (all.size() + 1 < n) return;
  const auto tail = all.end() - static_cast<int64_t>(n - 1);
  for (auto at = all.begin(); at + static_cast<int64_t>(n - 1) < all.end(); ++at) {
    if (!std::equal(tail, all.end(), at)) continue;
    const int64_t banned = *(at + static_cast<int64_t>(n - 1));
    token_scores[static_cast<size_t>(banned)] = -std::numeric_limits<float>::infinity();
  }
}

// The best continuations of all beams of a group; enough that beams remain when some of them end.
std::vector<BeamSearch::Candidate> BeamSearch::candidates(
    const Group& group, const std::vector<std::vector<float>>& token_scores,
    const std::vector<int64_t>& chosen_before) const {
  const size_t keep = std::max<size_t>(2, 1 + config_.stop_token_ids.size()) * beams_per_group_;
  std::vector<Candidate> all;
  for (size_t b = 0; b < group.live.size(); ++b) {
    std::vector<float> scores = token_scores[group.live[b].index];
    ban_repeated_ngrams(group.live[b], scores);
    if (step_ < config_.min_new_tokens)
      for (const int64_t id : config_.stop_token_ids)
        scores[static_cast<size_t>(id)] = -std::numeric_limits<float>::infinity();
    for (const int64_t token : chosen_before)
      scores[static_cast<size_t>(token)] -= config_.diversity_penalty;
    for (size_t t = 0; t < scores.size(); ++t)
      all.push_back({group.live[b].sum + scores[t], b, static_cast<int64_t>(t)});
  }
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.sum != b.sum ? a.sum > b.sum : a.beam != b.beam ? a.beam < b.beam : a.token < b.token;
  };
  const size_t count = std::min(keep, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<int64_t>(count), all.end(), better);
  all.resize(count);
  return all;
}

void BeamSearch::finish(Group& group, Hypothesis hypothesis) {
  const auto at =
      std::upper_bound(group.finished.begin(), group.finished.end(), hypothesis,
                       [](const Hypothesis& a, const Hypothesis& b) { return a.score < b.score; });
  group.finished.insert(at, std::move(hypothesis));
  if (group.finished.size() > beams_per_group_) group.finished.erase(group.finished.begin());
}

bool BeamSearch::is_done(const Group& group, float best_sum) const {
  if (group.live.empty()) return true;
  if (group.finished.size() < beams_per_group_) return false;
  if (config_.stop_criteria == StopCriteria::EARLY) return true;
  const bool longest = config_.stop_criteria == StopCriteria::NEVER && config_.length_penalty > 0;
  const size_t length = longest ? max_new_tokens_ : step_;
  return score_of(best_sum, length) <= group.finished.front().score;
}

void BeamSearch::advance_group(Group& group, const std::vector<Candidate>& best,
                               std::vector<int64_t>& chosen, std::vector<Next>& next) {
  std::vector<Beam> live;
  const bool last_step = step_ >= max_new_tokens_;
  for (size_t rank = 0; rank < best.size(); ++rank) {
    const Candidate& candidate = best[rank];
    const Beam& parent = group.live[candidate.beam];
    std::vector<int64_t> tokens = parent.tokens;
    tokens.push_back(candidate.token);
    const bool ends = !config_.ignore_eos && config_.stop_token_ids.count(candidate.token) != 0;
    if (ends || last_step) {
      // Beyond the first beams_per_group_ an end is only a back-up that was not needed.
      if (rank < beams_per_group_ && std::isfinite(candidate.sum))
        finish(group, {std::move(tokens), score_of(candidate.sum, step_),
                       ends ? GenerationFinishReason::STOP : GenerationFinishReason::LENGTH});
    } else if (live.size() < beams_per_group_) {
      live.push_back({std::move(tokens), candidate.sum, next.size()});
      next.push_back({parent.index, candidate.token});
      chosen.push_back(candidate.token);
    }
  }
  const float best_sum = live.empty() ? 0 : live.front().sum;
  group.live = std::move(live);
  group.done = is_done(group, best_sum);
}

std::vector<BeamSearch::Next> BeamSearch::advance(
    const std::vector<std::span<const float>>& logits) {
  ++step_;
  std::vector<std::vector<float>> token_scores;
  for (const std::span<const float> row : logits) {
    const auto total = static_cast<float>(log_sum_exp(row));
    auto& scores = token_scores.emplace_back(row.begin(), row.end());
    for (float& s : scores) s -= total;
  }
  std::vector<Next> next;
  std::vector<int64_t> chosen;
  for (Group& group : groups_) {
    if (group.done) continue;
    const size_t before = next.size();
    const size_t chosen_before = chosen.size();
    advance_group(group, candidates(group, token_scores, chosen), chosen, next);
    if (group.done) {  // its beams need no further logits
      next.resize(before);
      chosen.resize(chosen_before);
    }
  }
  collected_.assign(next.size(), {});
  collected_count_ = 0;
  return next;
}

void BeamSearch::collect(const std::vector<size_t>& beams,
                         const std::vector<std::span<const float>>& rows, size_t live) {
  collected_.resize(live);
  for (size_t i = 0; i < beams.size(); ++i) {
    collected_[beams[i]].assign(rows[i].begin(), rows[i].end());
    ++collected_count_;
  }
}

bool BeamSearch::complete() const { return collected_count_ >= collected_.size(); }

std::vector<std::span<const float>> BeamSearch::collected() const {
  return {collected_.begin(), collected_.end()};
}

std::vector<Hypothesis> BeamSearch::results() const {
  std::vector<Hypothesis> all;
  for (const Group& group : groups_) {
    all.insert(all.end(), group.finished.begin(), group.finished.end());
    // Cut short from outside: what there is so far.
    if (group.finished.empty())
      for (const Beam& beam : group.live)
        all.push_back({beam.tokens, score_of(beam.sum, std::max<size_t>(beam.tokens.size(), 1)),
                       GenerationFinishReason::LENGTH});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
  if (all.size() > config_.num_return_sequences) all.resize(config_.num_return_sequences);
  return all;
}

}  // namespace hearth::genai
