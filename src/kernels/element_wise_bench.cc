// RMS norm, rotary embedding and SwiGLU of one row of a 1.1B model, and the exponentials of its
// vocabulary; one thread, data in the caches.
#include <benchmark/benchmark.h>

#include <vector>

#include "kernels/activation/activation.h"
#include "kernels/exp_sum/exp_sum.h"
#include "kernels/norm/norm.h"
#include "kernels/rope/rope.h"

namespace hearth::kernels {
namespace {

// The kernel of the list that range(0) names; null when this machine lacks it.
template <typename Kernel>
const Kernel* pick(benchmark::State& state, const std::vector<Kernel>& kernels) {
  const Kernel& kernel = kernels[static_cast<size_t>(state.range(0))];
  if (kernel.isa > active_isa()) {
    state.SkipWithError("needs another instruction set");
    return nullptr;
  }
  state.SetLabel(kernel.name);
  return &kernel;
}

void rms_norm_2048(benchmark::State& state) {
  const RmsNormKernel* kernel = pick(state, rms_norm_kernels());
  std::vector<float> x(2048, 0.5f), gamma = x, y = x;
  for (auto _ : state) kernel->run(x.data(), 2048, gamma.data(), 1e-5f, 1, 2048, y.data(), 2048);
}
BENCHMARK(rms_norm_2048)->DenseRange(0, static_cast<int>(rms_norm_kernels().size()) - 1);

void rope_32x64(benchmark::State& state) {
  const RopeKernel* kernel = pick(state, rope_kernels());
  std::vector<float> x(2048, 0.5f), y = x, cos(64, 0.8f), sin(64, 0.6f);
  RopeArgs args{x.data(), 2048, cos.data(), sin.data(), 64, 1, 32, 64, 64, false, y.data(), 2048};
  for (auto _ : state) kernel->run(args);
}
BENCHMARK(rope_32x64)->DenseRange(0, static_cast<int>(rope_kernels().size()) - 1);

void swiglu_5632(benchmark::State& state) {
  const ActivationKernels* kernel = pick(state, activation_kernels());
  std::vector<float> gate(5632, 0.5f), up = gate, y = gate;
  for (auto _ : state) kernel->swiglu(gate.data(), up.data(), 5632, y.data());
}
BENCHMARK(swiglu_5632)->DenseRange(0, static_cast<int>(activation_kernels().size()) - 1);

void exp_sum_32000(benchmark::State& state) {
  const ExpSumKernel* kernel = pick(state, exp_sum_kernels());
  const std::vector<float> x(32000, 0.5f);
  for (auto _ : state) benchmark::DoNotOptimize(kernel->run(x.data(), 32000, 1, 1));
}
BENCHMARK(exp_sum_32000)->DenseRange(0, static_cast<int>(exp_sum_kernels().size()) - 1);

}  // namespace
}  // namespace hearth::kernels
