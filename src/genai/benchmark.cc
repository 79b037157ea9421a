// The benchmark behind `hearth bench`.
#include "hearth/genai/benchmark.hpp"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/progress.h"
#include "genai/benchmark_floor.h"
#include "genai/engine/token_model.h"
#include "genai/model_loader.h"
#include "genai/sampling/sampler.h"
#include "runtime/machine.h"

namespace hearth::genai {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr size_t kPromptPiece = 512;  // tokens of one forward pass, as the engine cuts prompts
constexpr size_t kWarmAnswer = 4;

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

double seconds_of(Bench& bench, const Case& c, const SequenceCache& base, size_t tokens) {
  return c.answer ? bench.answer_seconds(base, c.batch, tokens)
                  : bench.prompt_seconds(base, c.batch, tokens);
}

// One row; `done` is called after every run.
template <class Done>
BenchmarkRow timed(Bench& bench, const Case& c, size_t repetitions, Done&& done) {
  const auto base = bench.sequences_at(c.depth, 1);
  // Warms up what is first touched by a run; more of the same would touch nothing else.
  seconds_of(bench, c, *base[0], std::min(c.tokens, c.answer ? kWarmAnswer : kPromptPiece));
  done();
  std::vector<double> rates;
  for (size_t i = 0; i < repetitions; ++i) {
    rates.push_back(static_cast<double>(c.tokens * c.batch) /
                    seconds_of(bench, c, *base[0], c.tokens));
    done();
  }
  std::sort(rates.begin(), rates.end());
  BenchmarkRow row;
  row.test = (c.answer ? "tg" : "pp") + std::to_string(c.tokens);
  row.depth = c.depth;
  row.batch = c.batch;
  row.tok_s = rates[rates.size() / 2];
  row.min = rates.front();
  row.max = rates.back();
  return row;
}

void add_floor(const TokenModel& model, const runtime::MachineRates& rates, const Case& c,
               BenchmarkRow& row) {
  const Floor floor = c.answer ? step_floor(model, rates, c.depth + c.tokens / 2, c.batch)
                               : prompt_floor(model, rates, c.tokens, c.batch);
  if (floor.seconds <= 0) return;
  const size_t tokens = c.answer ? c.batch : c.tokens * c.batch;
  row.floor = floor.name;
  row.floor_tok_s = static_cast<double>(tokens) / floor.seconds;
  row.floor_fraction = row.tok_s / row.floor_tok_s;
}

// Last, since it takes memory of its own.
void measure_floors(const TokenModel& model, const std::vector<Case>& cases,
                    BenchmarkReport& report) {
  const runtime::MachineRates rates = runtime::measure_machine_rates();
  report.read_gb_s = rates.read_gb_s;
  report.f32_gflops = rates.f32_gflops;
  report.bf16_gflops = rates.bf16_gflops;
  report.int8_gops = rates.int8_gops;
  for (size_t i = 0; i < cases.size(); ++i) add_floor(model, rates, cases[i], report.rows[i]);
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
  size_t runs = 0;
  const auto run_done = [&] {
    throw_if_cancelled(progress);
    if (progress != nullptr)
      progress->update(++runs, cases.size() * (options.repetitions + 1), "runs");
    report.peak_private_bytes = std::max(report.peak_private_bytes, runtime::anonymous_bytes());
    report.peak_file_bytes = std::max(report.peak_file_bytes, runtime::file_bytes());
  };
  for (const Case& c : cases) report.rows.push_back(timed(bench, c, options.repetitions, run_done));
  report.peak_rss_bytes = runtime::peak_rss_bytes();
  measure_floors(*model, cases, report);
  return report;
}

}  // namespace hearth::genai
