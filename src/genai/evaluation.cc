// Perplexity over windows of a text.
#include "hearth/genai/evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/progress.h"
#include "genai/engine/token_model.h"
#include "genai/model_loader.h"
#include "genai/sampling/sampler.h"
#include "genai/tokenizer_impl.h"

namespace hearth::genai {
namespace {

// Rows of logits at a time: 128 rows of a 150k vocabulary are 77 MB.
constexpr size_t kPiece = 128;

class Scorer {
 public:
  Scorer(TokenModel& model, std::span<const int64_t> tokens) : model_(model), tokens_(tokens) {}

  // Scores tokens [first, end) of the window that starts at `begin`.
  void score_window(size_t begin, size_t first, size_t end) {
    const auto sequence = model_.new_sequence();
    const size_t piece = model_.can_batch() ? kPiece : end - begin;
    for (size_t at = begin; at + 1 < end; at += piece) {
      const size_t count = std::min(piece, end - 1 - at);  // the last token predicts nothing
      // The logits of token i are the prediction of token i + 1.
      const size_t skipped = first > at + 1 ? std::min(first - at - 1, count) : 0;
      const ModelInput input{sequence.get(), tokens_.subspan(at, count), count - skipped};
      const Tensor logits = model_.forward({&input, 1});
      if (!logits) continue;
      const size_t vocabulary = logits.get_shape()[1];
      for (size_t row = 0; row < count - skipped; ++row)
        add({logits.data<float>() + row * vocabulary, vocabulary}, tokens_[at + skipped + row + 1]);
    }
  }
  double nll() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  size_t count() const { return count_; }

 private:
  void add(std::span<const float> logits, int64_t target) {
    sum_ += log_sum_exp(logits) - static_cast<double>(logits[static_cast<size_t>(target)]);
    ++count_;
  }
  TokenModel& model_;
  std::span<const int64_t> tokens_;
  double sum_ = 0;
  size_t count_ = 0;
};

}  // namespace

Perplexity perplexity(const PerplexityOptions& options, Progress* progress) {
  const std::string text = read_text_file(options.text);
  const LoadedModel loaded =
      load_model(options.model, options.device, options.properties, std::nullopt);
  const size_t limit = loaded.context_length;
  const size_t context =
      options.context > 0 ? options.context : std::min<size_t>(1024, limit > 0 ? limit : 1024);
  if (context < 2 || (limit > 0 && context > limit))
    bad_input("a context of {} tokens is outside of 2 to the model's {}", context, limit);
  const size_t stride = options.stride > 0 ? options.stride : context;
  if (stride > context)
    bad_input("a stride of {} tokens would leave out some between windows of {}", stride, context);

  std::vector<int64_t> tokens = loaded.tokenizer.impl().text_tokenizer()->encode(text, true);
  if (options.max_tokens > 0 && tokens.size() > options.max_tokens)
    tokens.resize(options.max_tokens);
  if (tokens.size() < 2)
    bad_input("{}: has {} tokens; at least 2 are needed", options.text.string(), tokens.size());
  const auto model = make_token_model(loaded.model);
  Scorer scorer(*model, tokens);
  size_t scored = 1;  // tokens before this one have been scored, or are the first of the text
  for (size_t begin = 0; begin + 1 < tokens.size(); begin += stride) {
    throw_if_cancelled(progress);
    const size_t end = std::min(begin + context, tokens.size());
    scorer.score_window(begin, std::max(scored, begin + 1), end);
    scored = end;
    if (progress != nullptr) progress->update(end, tokens.size(), "tokens");
    if (end == tokens.size()) break;
  }
  return {std::exp(scorer.nll()), scorer.nll(), scorer.count()};
}

}  // namespace hearth::genai
