// Answers to the requests of evaluation harnesses, such as lm-eval: how likely a text is after
// another, how likely a whole text is, and what the model writes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hearth/any.hpp"

namespace hearth::genai {

class Tokenizer;

/// Special tokens are those that the tokenizer adds; none when a text begins with the start token.
class Evaluator {
 public:
  /// `context`: tokens that the model reads at a time; 0: the model's context, or 2048 when it does
  /// not say. Throws bad_input.
  explicit Evaluator(const std::filesystem::path& model, const std::string& device = "CPU",
                     const AnyMap& properties = {}, size_t context = 0);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  struct Likelihood {
    double loglikelihood = 0;  ///< in nats, of all tokens of the continuation together
    bool is_greedy = false;    ///< each of them is the likeliest
  };
  /// White space at the end of the context counts as the continuation's. The two are tokenised
  /// together; the continuation is the tokens behind as many as the context has alone. An empty
  /// context is the start token, or the end token when there is none. What does not fit into the
  /// model's context is cut off in front. Throws bad_input for a continuation without tokens, and
  /// for one that is longer than the context.
  Likelihood loglikelihood(const std::string& context, const std::string& continuation);

  /// Of the whole text behind the start token, in windows as long as the model's context: each
  /// token is predicted once, and the last window reaches back as far as it can.
  double loglikelihood_rolling(const std::string& text);

  /// The likeliest tokens, up to an end token, `max_tokens` or one of the texts in `until`,
  /// which is cut off. Of a long context the last tokens are read that leave room for the answer.
  /// Throws bad_input when there is no room.
  std::string generate_until(const std::string& context, const std::vector<std::string>& until,
                             size_t max_tokens);

  Tokenizer tokenizer() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::genai
