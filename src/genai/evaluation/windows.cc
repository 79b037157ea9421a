#include "genai/evaluation/windows.h"

#include <algorithm>

#include "base/error.h"
#include "base/mapped_file.h"
#include "genai/tokenizer_impl.h"

namespace hearth::genai {
namespace {

// Rows of logits at a time: 128 rows of a 150k vocabulary are 77 MB.
constexpr size_t kPiece = 128;

}  // namespace

std::vector<Window> windows_of(const TextOptions& options, size_t tokens, size_t limit) {
  const size_t context =
      options.context > 0 ? options.context : std::min<size_t>(1024, limit > 0 ? limit : 1024);
  if (context < 2 || (limit > 0 && context > limit))
    bad_input("a context of {} tokens is outside of 2 to the model's {}", context, limit);
  const size_t stride = options.stride > 0 ? options.stride : context;
  if (stride > context)
    bad_input("a stride of {} tokens would leave out some between windows of {}", stride, context);
  std::vector<Window> out;
  size_t scored = 1;  // tokens before this one have been scored, or are the first of the text
  for (size_t begin = 0; begin + 1 < tokens; begin += stride) {
    const size_t end = std::min(begin + context, tokens);
    out.push_back({begin, end, std::max(scored, begin + 1)});
    scored = end;
    if (end == tokens) break;
  }
  return out;
}

std::vector<int64_t> read_tokens(const TextOptions& options, const Tokenizer& tokenizer) {
  const std::string text = read_text_file(options.text);
  std::vector<int64_t> tokens = tokenizer.impl().text_tokenizer()->encode(text, true);
  if (options.max_tokens > 0 && tokens.size() > options.max_tokens)
    tokens.resize(options.max_tokens);
  if (tokens.size() < 2)
    bad_input("{}: has {} tokens; at least 2 are needed", options.text.string(), tokens.size());
  return tokens;
}

size_t WindowReader::piece_of(const TokenModel& model, const Window& window) {
  return model.can_batch() ? kPiece : window.end - window.begin;
}

WindowReader::WindowReader(TokenModel& model, std::span<const int64_t> tokens, const Window& window,
                           size_t piece, std::unique_ptr<SequenceCache> sequence)
    : model_(model),
      tokens_(tokens),
      window_(window),
      piece_(piece),
      at_(window.begin),
      sequence_(std::move(sequence)) {
  if (sequence_ == nullptr) {
    sequence_ = model.new_sequence();
  } else {
    at_ += static_cast<size_t>(sequence_->tokens());
  }
}

bool WindowReader::next() {
  if (at_ + 1 >= window_.end) return false;
  const size_t read = std::min(piece_, window_.end - 1 - at_);  // the last token predicts nothing
  // The logits of token i are the prediction of token i + 1.
  const size_t skipped = window_.first > at_ + 1 ? std::min(window_.first - at_ - 1, read) : 0;
  count_ = read - skipped;
  first_ = at_ + skipped + 1;
  const ModelInput input{sequence_.get(), tokens_.subspan(at_, read), count_};
  logits_ = model_.forward({&input, 1});
  at_ += read;
  return true;
}

}  // namespace hearth::genai
