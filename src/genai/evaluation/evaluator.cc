#include "hearth/genai/evaluator.hpp"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "genai/evaluation/windows.h"
#include "genai/pipelines/generation.h"
#include "genai/sampling/sampler.h"
#include "genai/tokenizer_impl.h"
#include "text/characters.h"

namespace hearth::genai {
namespace {

using Tokens = std::vector<int64_t>;

constexpr size_t kUnknownContext = 2048;

// Where the white space at the end begins.
size_t trimmed_size(const std::string& text) {
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = decode_utf8(text, at);
    at += c.bytes;
    if (!text::is_white_space(c.code_point)) end = at;
  }
  return end;
}

}  // namespace

class Evaluator::Impl {
 public:
  Impl(const std::filesystem::path& path, const std::string& device, const AnyMap& properties,
       size_t context)
      : loaded_(load_model(path, device, properties, std::nullopt)),
        text_(*loaded_.tokenizer.impl().text_tokenizer()),
        engine_(make_token_model(loaded_.model), {}),
        context_(context > 0                  ? context
                 : loaded_.context_length > 0 ? loaded_.context_length
                                              : kUnknownContext) {
    if (context_ < 2 || (loaded_.context_length > 0 && context_ > loaded_.context_length))
      bad_input("a context of {} tokens is outside of 2 to the model's {}", context_,
                loaded_.context_length);
    const auto start = text_.bos_token_id() ? text_.bos_token_id() : text_.eos_token_id();
    if (!start) bad_input("{}: the tokenizer has neither a start nor an end token", path.string());
    start_ = *start;
    start_text_ = text_.decode({&start_, 1}, false);
  }

  const Tokenizer& tokenizer() const { return loaded_.tokenizer; }

  Likelihood loglikelihood(const std::string& context, const std::string& continuation) {
    const std::string before = context.substr(0, trimmed_size(context));
    const bool is_empty = before.empty();
    Tokens tokens =
        is_empty ? text_.encode(context + continuation, false) : encode(context + continuation);
    if (is_empty && (tokens.empty() || tokens[0] != start_)) tokens.insert(tokens.begin(), start_);
    const size_t of_context = is_empty ? 1 : encode(before).size();
    if (tokens.size() <= of_context)
      bad_input("the continuation \"{}\" adds no token to its context", continuation);
    const size_t scored = tokens.size() - of_context;
    if (scored > context_)
      bad_input("the continuation has {} tokens, more than the context of {}", scored, context_);
    if (tokens.size() > context_ + 1) tokens.erase(tokens.begin(), tokens.end() - context_ - 1);
    return score(tokens, {0, tokens.size(), tokens.size() - scored});
  }

  double loglikelihood_rolling(const std::string& text) {
    Tokens tokens = encode(text);
    tokens.insert(tokens.begin(), start_);
    double sum = 0;
    for (size_t first = 1; first < tokens.size();) {
      const size_t end = std::min(first + context_, tokens.size());
      const size_t begin = end > context_ + 1 ? end - context_ - 1 : 0;
      sum += score(tokens, {begin, end, first}).loglikelihood;
      first = end;
    }
    return sum;
  }

  std::string generate_until(const std::string& context, const std::vector<std::string>& until,
                             size_t max_tokens) {
    if (max_tokens == 0 || max_tokens >= context_)
      bad_input("an answer of {} tokens leaves no room for its context: there are {} in all",
                max_tokens, context_);
    Tokens prompt = encode(context);
    const size_t room = context_ - max_tokens;
    if (prompt.size() > room) prompt.erase(prompt.begin(), prompt.end() - room);
    CallOptions options;
    options.config.max_new_tokens = max_tokens;
    for (const std::string& stop : until)
      if (!stop.empty()) options.config.stop_strings.insert(stop);
    options = with_end_tokens(std::move(options), loaded_.generation_config);
    Generation generation(engine_, loaded_, kept_, options, {});
    generation.run({prompt});
    return generation.texts()[0];
  }

 private:
  Tokens encode(const std::string& text) const {
    return text_.encode(text, start_text_.empty() || text.rfind(start_text_, 0) != 0);
  }

  Likelihood score(const Tokens& tokens, const Window& window) {
    TokenModel& model = engine_.model();
    WindowReader reader(model, tokens, window, WindowReader::piece_of(model, window),
                        take(tokens, window));
    Likelihood out{0, true};
    while (reader.next()) {
      for (size_t i = 0; i < reader.count(); ++i) {
        const std::span<const float> row = reader.row(i);
        const int64_t token = tokens[reader.first() + i];
        out.loglikelihood +=
            static_cast<double>(row[static_cast<size_t>(token)]) - log_sum_exp(row);
        out.is_greedy = out.is_greedy && argmax(row) == token;
      }
    }
    read_.assign(tokens.begin() + static_cast<ptrdiff_t>(window.begin),
                 tokens.begin() + static_cast<ptrdiff_t>(window.end - 1));
    sequence_ = reader.release();
    return out;
  }

  // What was read last, as far as the window begins alike: the answers to one question share it.
  std::unique_ptr<SequenceCache> take(const Tokens& tokens, const Window& window) {
    const auto begin = tokens.begin() + static_cast<ptrdiff_t>(window.begin);
    const auto last = tokens.begin() + static_cast<ptrdiff_t>(window.first - 1);
    const auto same = std::mismatch(begin, last, read_.begin(), read_.end()).first - begin;
    if (same == 0 || sequence_ == nullptr || !engine_.model().can_batch() ||
        !sequence_->truncate(same))
      return nullptr;
    return std::move(sequence_);
  }

  LoadedModel loaded_;
  const text::Tokenizer& text_;
  Engine engine_;
  KeptSequence kept_;
  size_t context_;
  int64_t start_ = 0;
  std::string start_text_;
  Tokens read_;  // by sequence_
  std::unique_ptr<SequenceCache> sequence_;
};

Evaluator::Evaluator(const std::filesystem::path& model, const std::string& device,
                     const AnyMap& properties, size_t context)
    : impl_(std::make_unique<Impl>(model, device, properties, context)) {}
Evaluator::~Evaluator() = default;

Evaluator::Likelihood Evaluator::loglikelihood(const std::string& context,
                                               const std::string& continuation) {
  return impl_->loglikelihood(context, continuation);
}

double Evaluator::loglikelihood_rolling(const std::string& text) {
  return impl_->loglikelihood_rolling(text);
}

std::string Evaluator::generate_until(const std::string& context,
                                      const std::vector<std::string>& until, size_t max_tokens) {
  return impl_->generate_until(context, until, max_tokens);
}

Tokenizer Evaluator::tokenizer() const { return impl_->tokenizer(); }

}  // namespace hearth::genai
