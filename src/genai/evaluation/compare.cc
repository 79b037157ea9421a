#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/progress.h"
#include "base/threads.h"
#include "genai/evaluation/divergence.h"
#include "genai/evaluation/windows.h"
#include "genai/sampling/sampler.h"
#include "genai/tokenizer_impl.h"

namespace fs = std::filesystem;

namespace hearth::genai {
namespace {

constexpr size_t kPromptTokens = 32;  // of the text, before an answer

// The files that hold a model's weights.
uint64_t size_of(const fs::path& model) {
  if (!fs::is_directory(model)) return fs::file_size(model);
  const fs::path ir = model / "openvino_model.bin";
  if (fs::exists(ir)) return fs::file_size(ir);
  uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(model))
    if (entry.path().extension() == ".safetensors") bytes += entry.file_size();
  return bytes;
}

struct Side {
  const fs::path& path;
  LoadedModel loaded;
  std::unique_ptr<TokenModel> model;

  Side(const fs::path& from, const std::string& device, const AnyMap& properties)
      : path(from),
        loaded(load_model(from, device, properties, std::nullopt)),
        model(make_token_model(loaded.model)) {}
};

class Comparer {
 public:
  Comparer(Side& reference, Side& candidate, std::span<const int64_t> tokens)
      : reference_(reference), candidate_(candidate), tokens_(tokens) {}

  void compare_window(const Window& window) {
    const size_t piece = std::max(WindowReader::piece_of(*reference_.model, window),
                                  WindowReader::piece_of(*candidate_.model, window));
    WindowReader reference(*reference_.model, tokens_, window, piece);
    WindowReader candidate(*candidate_.model, tokens_, window, piece);
    while (reference.next() && candidate.next())
      if (reference.count() > 0) compare_piece(reference, candidate);
  }

  void finish(Comparison& out) const {
    const auto n = static_cast<double>(kl_.size());
    out.reference.perplexity = std::exp(reference_nll_ / n);
    out.candidate.perplexity = std::exp(candidate_nll_ / n);
    out.kl_mean = std::accumulate(kl_.begin(), kl_.end(), 0.0) / n;
    out.kl_p99 = percentile(kl_, 0.99);
    out.top1_agreement = static_cast<double>(same_top_) / n;
    out.tokens = kl_.size();
  }

 private:
  void compare_piece(const WindowReader& reference, const WindowReader& candidate) {
    if (candidate.row(0).size() != reference.row(0).size())
      bad_input("{} has a vocabulary of {} tokens, but {} one of {}: they cannot be compared",
                reference_.path.string(), reference.row(0).size(), candidate_.path.string(),
                candidate.row(0).size());
    std::vector<RowComparison> rows(reference.count());
    const int parts = ThreadPool::instance().size();
    ThreadPool::instance().run(parts, [&](int part) {
      const Range range = share(static_cast<int64_t>(rows.size()), part, parts);
      for (auto i = static_cast<size_t>(range.begin); i < static_cast<size_t>(range.end); ++i)
        rows[i] = compare_rows(reference.row(i), candidate.row(i), tokens_[reference.first() + i]);
    });
    for (const RowComparison& row : rows) {
      reference_nll_ += row.reference_nll;
      candidate_nll_ += row.candidate_nll;
      kl_.push_back(row.kl);
      same_top_ += row.same_top ? 1 : 0;
    }
  }

  Side& reference_;
  Side& candidate_;
  std::span<const int64_t> tokens_;
  double reference_nll_ = 0, candidate_nll_ = 0;
  std::vector<double> kl_;
  size_t same_top_ = 0;
};

struct Answer {
  std::vector<int64_t> tokens;
  double seconds = 0;  // of all tokens but the first, which comes with the prompt
};

// The likeliest tokens; end tokens are tokens like others.
Answer answer(TokenModel& model, std::span<const int64_t> prompt, size_t count) {
  const auto sequence = model.new_sequence();
  Answer out;
  const auto next = [&](std::span<const int64_t> tokens) {
    const ModelInput input{sequence.get(), tokens, 1};
    const Tensor logits = model.forward({&input, 1});
    out.tokens.push_back(argmax({logits.data<float>(), logits.get_shape()[1]}));
  };
  next(prompt);
  const auto start = std::chrono::steady_clock::now();
  while (out.tokens.size() < count) {
    const int64_t last = out.tokens.back();
    next({&last, 1});
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

void compare_answers(Side& reference, Side& candidate, std::span<const int64_t> tokens,
                     const CompareOptions& options, Progress* progress, Comparison& out) {
  double seconds[2] = {0, 0};
  size_t agreed = 0;
  const size_t prompt = std::min(kPromptTokens, tokens.size());
  for (size_t i = 0; i < options.answers; ++i) {
    throw_if_cancelled(progress);
    const size_t begin = i * (tokens.size() - prompt) / options.answers;
    const auto of_text = tokens.subspan(begin, prompt);
    const Answer first = answer(*reference.model, of_text, options.answer_tokens);
    const Answer second = answer(*candidate.model, of_text, options.answer_tokens);
    seconds[0] += first.seconds;
    seconds[1] += second.seconds;
    agreed += static_cast<size_t>(
        std::mismatch(first.tokens.begin(), first.tokens.end(), second.tokens.begin()).first -
        first.tokens.begin());
    if (progress != nullptr) progress->update(i + 1, options.answers, "answers");
  }
  const auto count = static_cast<double>(options.answers);
  const double timed = count * static_cast<double>(options.answer_tokens - 1);
  out.first_divergence = static_cast<double>(agreed) / count;
  out.reference.tok_s = seconds[0] > 0 ? timed / seconds[0] : 0;
  out.candidate.tok_s = seconds[1] > 0 ? timed / seconds[1] : 0;
}

}  // namespace

Comparison compare(const CompareOptions& options, Progress* progress) {
  AnyMap of_candidate = options.candidate_properties;
  of_candidate.insert(options.properties.begin(), options.properties.end());  // those not there yet
  Side reference(options.reference, options.device, options.properties);
  Side candidate(options.candidate, options.device, of_candidate);
  const std::vector<int64_t> tokens = read_tokens(options, reference.loaded.tokenizer);
  if (read_tokens(options, candidate.loaded.tokenizer) != tokens)
    bad_input("{} and {} turn the text into different tokens: they cannot be compared",
              options.reference.string(), options.candidate.string());
  const size_t limits[] = {reference.loaded.context_length, candidate.loaded.context_length};
  const size_t limit = limits[0] == 0 || limits[1] == 0 ? std::max(limits[0], limits[1])
                                                        : std::min(limits[0], limits[1]);
  Comparison out;
  out.reference.size_bytes = size_of(options.reference);
  out.candidate.size_bytes = size_of(options.candidate);
  Comparer comparer(reference, candidate, tokens);
  for (const Window& window : windows_of(options, tokens.size(), limit)) {
    throw_if_cancelled(progress);
    comparer.compare_window(window);
    if (progress != nullptr) progress->update(window.end, tokens.size(), "tokens");
  }
  comparer.finish(out);
  if (options.answers > 0 && options.answer_tokens > 0)
    compare_answers(reference, candidate, tokens, options, progress, out);
  return out;
}

}  // namespace hearth::genai
