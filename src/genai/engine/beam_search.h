// Beam search in groups (Vijayakumar et al., 2016; with one group the ordinary one), with the
// scores and stopping rules of transformers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hearth/genai/generation_config.hpp"
#include "hearth/genai/llm_pipeline.hpp"

namespace hearth::genai {

struct Hypothesis {
  std::vector<int64_t> tokens;  ///< generated, the end token included
  float score = 0;              ///< sum of log probabilities / length^length_penalty
  GenerationFinishReason reason = GenerationFinishReason::STOP;
};

class BeamSearch {
 public:
  BeamSearch(const GenerationConfig& config, std::vector<int64_t> prompt, size_t token_limit);

  /// A beam to go on with: token `token` after beam `parent` of the last step.
  struct Next {
    size_t parent;
    int64_t token;
  };
  /// Takes the logits of every live beam (at first: the prompt's) and gives the next beams; empty
  /// when the search is over.
  std::vector<Next> advance(const std::vector<std::span<const float>>& logits);

  /// Gathers logits that come in several forward passes.
  void collect(const std::vector<size_t>& beams, const std::vector<std::span<const float>>& rows,
               size_t live);
  bool complete() const;
  std::vector<std::span<const float>> collected() const;

  /// The best ones, best first, num_return_sequences of them.
  std::vector<Hypothesis> results() const;

 private:
  struct Beam {
    std::vector<int64_t> tokens;
    float sum = 0;     // of log probabilities, penalties of diversity included
    size_t index = 0;  // among the live beams of all groups
  };
  struct Group {
    std::vector<Beam> live;
    std::vector<Hypothesis> finished;  // at most beams_per_group_, worst first
    bool done = false;
  };
  struct Candidate {
    float sum;
    size_t beam;
    int64_t token;
  };
  std::vector<Candidate> candidates(const Group& group,
                                    const std::vector<std::vector<float>>& token_scores,
                                    const std::vector<int64_t>& chosen_before) const;
  void advance_group(Group& group, const std::vector<Candidate>& best, std::vector<int64_t>& chosen,
                     std::vector<Next>& next);
  void finish(Group& group, Hypothesis hypothesis);
  bool is_done(const Group& group, float best_sum) const;
  void ban_repeated_ngrams(const Beam& beam, std::vector<float>& token_scores) const;
  float score_of(float sum, size_t length) const;

  GenerationConfig config_;
  std::vector<int64_t> prompt_;
  size_t max_new_tokens_;
  size_t beams_per_group_;
  size_t step_ = 0;
  std::vector<Group> groups_;
  std::vector<std::vector<float>> collected_;
  size_t collected_count_ = 0;
};

}  // namespace hearth::genai
