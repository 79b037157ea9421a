// Matrix products of a layer of a 1.1B model, for every kernel and kind of weight, against the
// machine's read bandwidth (decode, M = 1, over 1 GB of weights) and its multiply-add rate
// (prefill, M = 128 and 512), both measured in the same run.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kernels/matmul/weight_bench.h"

namespace hearth::kernels {
namespace {

constexpr Kind kKinds[] = {
    {"f32", T::f32},
    {"f16", T::f16},
    {"bf16", T::bf16},
    {"q8_0", T::q8_0},
    {"q4_0", T::q4_0},
    {"q4_1", T::q4_1},
    {"q6_k", T::q6_k},
    {"i8 per row", T::i8, T::f16, 0},
    {"u8 g128", T::u8, T::f16, 128, T::u8},
    {"i4 g128", T::i4, T::f16, 128},
    {"u4 g64", T::u4, T::f16, 64, T::u4},
    {"nf4 g64", T::nf4, T::f16, 64},
    {"f8e4m3", T::f8e4m3, T::f32, 0},
};

void run(benchmark::State& state, const MatmulKernel& kernel, const Kind& kind, int64_t m) {
  std::vector<float> x(static_cast<size_t>(m * 5632), 0.5f), y(static_cast<size_t>(m * 5632));
  std::vector<float> scratch(static_cast<size_t>(
      matmul_scratch_floats(m, weight(kind, kShapes[2], 0), kernel, pool().size()) + 16));
  float* aligned = aligned_to_line(scratch.data());
  run_layer(state, kind, m, [&](const WeightMatrix& w) {
    matmul(x.data(), w.cols, m, w, kernel, y.data(), w.rows, pool(), pool().size(), aligned);
  });
  state.SetLabel(fmt::format("{} {} M={}", kernel.name, kind.name, m));
}

void matmul_of_kernel(benchmark::State& state) {
  run(state, matmul_kernels()[static_cast<size_t>(state.range(0))],
      kKinds[static_cast<size_t>(state.range(1))], state.range(2));
}

void every_kernel_and_kind(benchmark::internal::Benchmark* bench) {
  for (size_t k = 0; k < matmul_kernels().size(); ++k) {
    const Isa isa = matmul_kernels()[k].isa;
    if (!has_isa(isa) || isa == Isa::scalar) continue;
    for (int64_t m : {1, 4, 16, 32, 128, 512})
      for (size_t kind = 0; kind < std::size(kKinds); ++kind)
        bench->Args({static_cast<int64_t>(k), static_cast<int64_t>(kind), m});
  }
}
BENCHMARK(matmul_of_kernel)
    ->Apply(every_kernel_and_kind)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hearth::kernels
