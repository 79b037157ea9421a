// Products with quantised activations on a layer of a 1.1B model, against the machine's read
// bandwidth (M = 1, over 1 GB of weights) and its rate of f32 multiply-adds (M > 1), both measured
// in the same run: of_peak above 1 is what integers gain.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/matmul/weight_bench.h"

namespace hearth::kernels {
namespace {

constexpr Kind kKinds[] = {
    {"u4 g128", T::u4, T::f16, 128, T::u4},
    {"i4 g64", T::i4, T::f16, 64},
    {"u8 per row", T::u8, T::f16, 0, T::u8},
    {"i8 per row", T::i8, T::f16, 0},
    {"q4_0", T::q4_0},
    {"q4_1", T::q4_1},
    {"q8_0", T::q8_0},
};
void int8_matmul_of_kernel(benchmark::State& state) {
  const Int8MatmulKernel& kernel = int8_matmul_kernels()[static_cast<size_t>(state.range(0))];
  const Kind& kind = kKinds[static_cast<size_t>(state.range(1))];
  const int64_t m = state.range(2);
  std::mt19937 generator(2);
  std::normal_distribution<float> normal;
  std::vector<float> x(static_cast<size_t>(m * 5632)), y(static_cast<size_t>(m * 5632));
  for (float& value : x) value = normal(generator);
  std::vector<float> scratch(static_cast<size_t>(
      int8_matmul_scratch_floats(m, weight(kind, kShapes[2], 0), kernel, pool().size()) + 16));
  float* aligned = aligned_to_line(scratch.data());
  run_layer(state, kind, m, [&](const WeightMatrix& w) {
    const Int8Product one{&w, y.data(), w.rows};
    int8_matmul(x.data(), w.cols, m, 128, {&one, 1}, kernel, pool(), pool().size(), aligned);
  });
  state.SetLabel(fmt::format("{} {} M={}", kernel.name, kind.name, m));
}

void every_kernel_and_kind(benchmark::internal::Benchmark* bench) {
  for (size_t k = 0; k < int8_matmul_kernels().size(); ++k) {
    const Isa isa = int8_matmul_kernels()[k].isa;
    if (!has_isa(isa) || isa == Isa::scalar) continue;
    for (int64_t m : {1, 8, 512})
      for (size_t kind = 0; kind < std::size(kKinds); ++kind)
        bench->Args({static_cast<int64_t>(k), static_cast<int64_t>(kind), m});
  }
}
BENCHMARK(int8_matmul_of_kernel)
    ->Apply(every_kernel_and_kind)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// One row of a 1.1B model, in groups of 128; one thread, data in the caches.
void quantize_5632(benchmark::State& state) {
  const auto isa = static_cast<Isa>(state.range(0));
  std::mt19937 generator(2);
  std::normal_distribution<float> normal;
  std::vector<float> x(5632), memory(static_cast<size_t>(quantized_bytes(1, 5632, 128)) / 4 + 16);
  for (float& value : x) value = normal(generator);
  const CodedRows out =
      place_quantized(1, 5632, 128, 128, {CodeForm::even_odd},
                      reinterpret_cast<std::byte*>(aligned_to_line(memory.data())));
  const QuantizeRowsFn quantize = select_quantize_rows(isa);
  for (auto _ : state) quantize(x.data(), 5632, 128, 0, 1, out);
  state.SetLabel(std::string(to_string(isa)));
}
BENCHMARK(quantize_5632)->Apply([](benchmark::internal::Benchmark* bench) {
  for (Isa isa : {Isa::avx2, Isa::avx512})
    if (has_isa(isa)) bench->Arg(static_cast<int64_t>(isa));
});

}  // namespace
}  // namespace hearth::kernels
