// How well a model predicts a text, and how far another model's predictions are from its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "hearth/any.hpp"
#include "hearth/progress.hpp"

namespace hearth::genai {

/// A text is tokenised once, with the special tokens that the tokenizer adds, and read in windows.
/// A window scores those of its tokens that no earlier window has scored, never its first.
struct TextOptions {
  std::filesystem::path text;
  size_t context = 0;     ///< tokens of a window; 0: 1024, or the model's context when that is less
  size_t stride = 0;      ///< between the starts of windows; 0: context
  size_t max_tokens = 0;  ///< of the text; 0: all
};

struct PerplexityOptions : TextOptions {
  std::filesystem::path model;
  std::string device = "CPU";
  AnyMap properties;
};

struct Perplexity {
  double perplexity = 0;
  double nll = 0;     ///< mean negative log likelihood of the scored tokens, in nats
  size_t tokens = 0;  ///< scored
};

/// Throws bad_input.
Perplexity perplexity(const PerplexityOptions& options, Progress* progress = nullptr);

struct CompareOptions : TextOptions {
  std::filesystem::path reference, candidate;  ///< the same path: a model in two modes
  std::string device = "CPU";
  AnyMap properties;
  AnyMap candidate_properties;  ///< of the candidate alone, before `properties` of the same names
  size_t answers = 4;           ///< that both write, from prompts out of the text
  size_t answer_tokens = 64;    ///< of an answer
};

struct ComparedModel {
  double perplexity = 0;
  uint64_t size_bytes = 0;  ///< of the files that hold the weights
  double tok_s = 0;         ///< while writing the answers, prompts left out; 0 without answers
};

struct Comparison {
  ComparedModel reference, candidate;
  /// Of the distributions of the next token, KL(reference || candidate) in nats: mean, and the 99th
  /// percentile over the scored tokens.
  double kl_mean = 0, kl_p99 = 0;
  double top1_agreement = 0;  ///< share of scored tokens where both think the same token likeliest
  /// Mean number of tokens before greedy answers part; answer_tokens for those that never do.
  double first_divergence = 0;
  size_t tokens = 0;  ///< scored
};

/// Both models are loaded at the same time. Throws bad_input, also when their tokenizers or
/// vocabularies differ.
Comparison compare(const CompareOptions& options, Progress* progress = nullptr);

}  // namespace hearth::genai
