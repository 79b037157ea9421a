// The benchmark behind `hearth bench`.
#include "hearth/genai/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/progress.h"
#include "genai/engine/token_model.h"
#include "genai/model_loader.h"
#include "genai/sampling/sampler.h"
#include "runtime/machine.h"

namespace hearth::genai {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr size_t kPromptPiece = 512;  // tokens of one forward pass, as the engine cuts prompts

class Bench {
 public:
  Bench(TokenModel& model, size_t vocabulary) : model_(model), vocabulary_(vocabulary) {}

  std::vector<int64_t> random_tokens(size_t count) {
    std::vector<int64_t> out(count);
    for (int64_t& token : out) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
      token = static_cast<int64_t>((state_ >> 33) % vocabulary_);
    }
    return out;
  }

  // Feeds `count` random tokens to every sequence, the prompt pieces of one after the other.
  void feed(const std::vector<std::unique_ptr<SequenceCache>>& sequences, size_t count) {
    for (const auto& sequence : sequences) {
      const std::vector<int64_t> tokens = random_tokens(count);
      const size_t piece = model_.can_batch() ? kPromptPiece : count;
      for (size_t at = 0; at < count; at += piece) {
        const size_t n = std::min(piece, count - at);
        const ModelInput input{sequence.get(), std::span(tokens).subspan(at, n),
                               at + n == count ? size_t{1} : size_t{0}};
        model_.forward({&input, 1});
      }
    }
  }

  std::vector<std::unique_ptr<SequenceCache>> sequences_at(size_t depth, size_t batch) {
    std::vector<std::unique_ptr<SequenceCache>> out;
    out.push_back(model_.new_sequence());
    if (depth > 0) feed(out, depth);
    while (out.size() < batch) out.push_back(out[0]->fork());
    return out;
  }

  double prompt_seconds(const SequenceCache& base, size_t batch, size_t count) {
    const auto sequences = forks(base, batch);
    const auto start = std::chrono::steady_clock::now();
    feed(sequences, count);
    return Seconds(std::chrono::steady_clock::now() - start).count();
  }

  double answer_seconds(const SequenceCache& base, size_t batch, size_t count) {
    const auto sequences = forks(base, batch);
    std::vector<int64_t> tokens = random_tokens(batch);
    const auto start = std::chrono::steady_clock::now();
    for (size_t step = 0; step < count; ++step) {
      if (model_.can_batch()) {
        std::vector<ModelInput> inputs;
        for (size_t i = 0; i < batch; ++i)
          inputs.push_back({sequences[i].get(), std::span(tokens).subspan(i, 1), 1});
        const Tensor logits = model_.forward(inputs);
        for (size_t i = 0; i < batch; ++i)
          tokens[i] = argmax({logits.data<float>() + i * vocabulary_, vocabulary_});
      } else {
        for (size_t i = 0; i < batch; ++i) {
          const ModelInput input{sequences[i].get(), std::span(tokens).subspan(i, 1), 1};
          const Tensor logits = model_.forward({&input, 1});
          tokens[i] = argmax({logits.data<float>(), vocabulary_});
        }
      }
    }
    return Seconds(std::chrono::steady_clock::now() - start).count();
  }

 private:
  static std::vector<std::unique_ptr<SequenceCache>> forks(const SequenceCache& base,
                                                           size_t batch) {
    std::vector<std::unique_ptr<SequenceCache>> out;
    for (size_t i = 0; i < batch; ++i) out.push_back(base.fork());
    return out;
  }
  TokenModel& model_;
  size_t vocabulary_;
  uint64_t state_ = 1;
};

struct Case {
  bool answer;
  size_t tokens, depth, batch;
};

std::vector<Case> cases_of(const BenchmarkOptions& options) {
  std::vector<Case> out;
  for (const size_t batch : options.batches)
    for (const size_t depth : options.depths) {
      for (const size_t n : options.prompts)
        if (n > 0) out.push_back({false, n, depth, batch});
      for (const size_t n : options.answers)
        if (n > 0) out.push_back({true, n, depth, batch});
    }
  for (const Case& c : out)
    if (c.batch == 0) bad_input("a batch of 0 sequences cannot be timed");
  return out;
}

size_t vocabulary_of(const CompiledModel& model) {
  const PartialShape& shape = model.outputs()[0].shape;
  if (!shape.rank_is_static() || shape.rank() != 3 || !shape[2].is_static())
    bad_input("the model's output [{}] is no logits", shape.to_string());
  return static_cast<size_t>(shape[2].get_length());
}

}  // namespace

BenchmarkReport benchmark(const BenchmarkOptions& options, Progress* progress) {
  if (options.repetitions == 0) bad_input("at least one repetition is needed");
  const std::vector<Case> cases = cases_of(options);
  BenchmarkReport report;
  report.device = runtime::processor();
  const auto start = std::chrono::steady_clock::now();
  const CompiledModel compiled =
      Core().compile_model(read_any_model(options.model), options.device, options.properties);
  const auto model = make_token_model(compiled);
  const auto loaded = std::chrono::steady_clock::now();
  report.load_ms = Seconds(loaded - start).count() * 1000;
  Bench bench(*model, vocabulary_of(compiled));
  bench.prompt_seconds(*model->new_sequence(), 1, 4);
  report.ttft_ms = Seconds(std::chrono::steady_clock::now() - loaded).count() * 1000;
  for (size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    const auto base = bench.sequences_at(c.depth, 1);
    std::vector<double> rates;
    for (size_t r = 0; r <= options.repetitions; ++r) {  // the first one warms up
      throw_if_cancelled(progress);
      const double seconds = c.answer ? bench.answer_seconds(*base[0], c.batch, c.tokens)
                                      : bench.prompt_seconds(*base[0], c.batch, c.tokens);
      if (r > 0) rates.push_back(static_cast<double>(c.tokens * c.batch) / seconds);
      if (progress != nullptr)
        progress->update(i * (options.repetitions + 1) + r + 1,
                         cases.size() * (options.repetitions + 1), "runs");
    }
    std::sort(rates.begin(), rates.end());
    BenchmarkRow row{(c.answer ? "tg" : "pp") + std::to_string(c.tokens),
                     c.depth,
                     c.batch,
                     rates[rates.size() / 2],
                     rates.front(),
                     rates.back(),
                     0,
                     0};
    if (c.answer) {
      const double steps_a_second = row.tok_s / static_cast<double>(c.batch);
      const size_t context = c.depth + c.tokens / 2;
      const auto bytes =
          static_cast<double>(model->weight_bytes() + c.batch * model->cache_bytes(context));
      row.read_gb_s = bytes * steps_a_second / 1e9;
    }
    report.rows.push_back(row);
    report.peak_private_bytes = std::max(report.peak_private_bytes, runtime::anonymous_bytes());
  }
  report.peak_rss_bytes = runtime::peak_rss_bytes();
  report.read_gb_s = runtime::read_bandwidth_gb_s();  // last, since it takes memory of its own
  for (BenchmarkRow& row : report.rows) {
    row.bandwidth_fraction = row.read_gb_s / report.read_gb_s;
    if (report.bandwidth_fraction == 0) report.bandwidth_fraction = row.bandwidth_fraction;
  }
  return report;
}

}  // namespace hearth::genai
