// The windows of a text that evaluation goes through.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "genai/engine/token_model.h"
#include "genai/model_loader.h"
#include "hearth/genai/evaluation.hpp"

namespace hearth::genai {

struct Window {
  size_t begin, end;  ///< tokens of the text
  size_t first;       ///< the first token that is scored
};

/// Throws bad_input for lengths that do not fit each other or the model, whose context is `limit`
/// tokens (0: unknown).
std::vector<Window> windows_of(const TextOptions& options, size_t tokens, size_t limit);

/// The tokens of the text. Throws bad_input when there are fewer than two.
std::vector<int64_t> read_tokens(const TextOptions& options, const Tokenizer& tokenizer);

/// Goes through a window piece by piece.
class WindowReader {
 public:
  /// Tokens at a time: some, or the whole window for models that cannot go on from a piece.
  static size_t piece_of(const TokenModel& model, const Window& window);

  /// `sequence`: has read the first tokens of the window, less than come before the first scored.
  WindowReader(TokenModel& model, std::span<const int64_t> tokens, const Window& window,
               size_t piece, std::unique_ptr<SequenceCache> sequence = nullptr);
  /// False at the end of the window.
  bool next();
  /// What has been read, when there is nothing more to read.
  std::unique_ptr<SequenceCache> release() { return std::move(sequence_); }
  /// Rows [count, V]: the predictions of tokens first(), first() + 1, ... of the text; none when
  /// the piece has no token that is scored. Valid until next().
  const Tensor& logits() const { return logits_; }
  size_t count() const { return count_; }
  size_t first() const { return first_; }
  std::span<const float> row(size_t i) const {
    const size_t vocabulary = logits_.get_shape()[1];
    return {logits_.data<float>() + i * vocabulary, vocabulary};
  }

 private:
  TokenModel& model_;
  std::span<const int64_t> tokens_;
  Window window_;
  size_t piece_, at_;
  std::unique_ptr<SequenceCache> sequence_;
  Tensor logits_;
  size_t count_ = 0, first_ = 0;
};

}  // namespace hearth::genai
