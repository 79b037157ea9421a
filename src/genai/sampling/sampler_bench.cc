// One token out of a vocabulary of 256k, the largest in use.
#include <benchmark/benchmark.h>

#include <random>

#include "genai/sampling/sampler.h"

namespace hearth::genai {
namespace {

std::vector<float> logits() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 3);  // flatter than a model: hard for top_p
  std::vector<float> out(262144);
  for (float& v : out) v = normal(random);
  return out;
}

void sample(benchmark::State& state, const GenerationConfig& config) {
  const std::vector<float> values = logits();
  Sampler sampler(config, 0);
  for (auto _ : state) benchmark::DoNotOptimize(sampler.sample(values, {}, 0));
}

GenerationConfig drawn(size_t top_k, float top_p) {
  GenerationConfig config;
  config.do_sample = true;
  config.top_k = top_k;
  config.top_p = top_p;
  return config;
}

BENCHMARK_CAPTURE(sample, greedy, GenerationConfig())->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(sample, top_k_50, drawn(50, 1))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(sample, top_p_095, drawn(GenerationConfig::kNoLimit, 0.95f))
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(sample, all, drawn(GenerationConfig::kNoLimit, 1))->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hearth::genai
