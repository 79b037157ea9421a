// How well a model predicts a text.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "hearth/any.hpp"
#include "hearth/progress.hpp"

namespace hearth::genai {

struct PerplexityOptions {
  std::filesystem::path model;
  std::filesystem::path text;
  std::string device = "CPU";
  AnyMap properties;
  size_t context = 0;     ///< tokens of a window; 0: 1024, or the model's context when that is less
  size_t stride = 0;      ///< between the starts of windows; 0: context
  size_t max_tokens = 0;  ///< of the text; 0: all
};

struct Perplexity {
  double perplexity = 0;
  double nll = 0;     ///< mean negative log likelihood of the scored tokens, in nats
  size_t tokens = 0;  ///< scored
};

/// The text is tokenised once, with the special tokens that the tokenizer adds. A window scores
/// those of its tokens that no earlier window has scored, never its first. Throws bad_input.
Perplexity perplexity(const PerplexityOptions& options, Progress* progress = nullptr);

}  // namespace hearth::genai
