// Products with quantised activations on a layer of a 1.1B model, against the machine's read
// bandwidth (M = 1, over 1 GB of weights) and its rate of f32 multiply-adds (M > 1), both measured
// in the same run: of_peak above 1 is what integers gain.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <random>

#include "kernels/bandwidth.h"
#include "kernels/fma_peak.h"
#include "kernels/int8_matmul/int8_matmul.h"

namespace hearth::kernels {
namespace {

using T = ElementType;

struct Kind {
  const char* name;
  T type;
  T scale_type = T::dynamic;
  int64_t group = 0;
  T zero_point_type = T::dynamic;
};
constexpr Kind kKinds[] = {
    {"u4 g128", T::u4, T::f16, 128, T::u4},
    {"i4 g64", T::i4, T::f16, 64},
    {"u8 per row", T::u8, T::f16, 0, T::u8},
    {"i8 per row", T::i8, T::f16, 0},
    {"q4_0", T::q4_0},
    {"q4_1", T::q4_1},
    {"q8_0", T::q8_0},
};
struct Shape {
  int64_t rows, cols;
};
constexpr Shape kShapes[] = {{2048, 2048}, {5632, 2048}, {2048, 5632}};
constexpr size_t kPoolBytes = size_t{1} << 30;

ThreadPool& pool() { return ThreadPool::instance(); }

double bandwidth() {
  static const double gb_s = measure_read_bandwidth_gb_s(pool(), pool().size());
  return gb_s;
}
double peak() {
  static const double gflops = measure_fma_gflops(active_isa(), pool(), pool().size());
  return gflops;
}

// Bytes that are finite, moderate halves, codes and zero points.
const std::byte* weights() {
  static const std::unique_ptr<std::byte[]> bytes = [] {
    std::unique_ptr<std::byte[]> data(new std::byte[kPoolBytes]);
    std::mt19937 generator(1);
    for (size_t i = 0; i < kPoolBytes; i += 2) {
      const auto half = static_cast<uint16_t>((generator() & 0x83ffu) | 0x2c00u);
      std::memcpy(data.get() + i, &half, sizeof(half));
    }
    return data;
  }();
  return bytes.get();
}

size_t bytes_of(const Kind& kind, const Shape& shape) {
  return byte_size(kind.type, static_cast<size_t>(shape.rows * shape.cols));
}

WeightMatrix weight(const Kind& kind, const Shape& shape, size_t offset) {
  WeightMatrix w;
  w.type = kind.type;
  w.data = weights() + offset;
  w.rows = shape.rows;
  w.cols = shape.cols;
  w.group = kind.group == 0 ? shape.cols : kind.group;
  if (kind.scale_type != T::dynamic) {
    w.scale_type = kind.scale_type;
    w.scales = weights();
  }
  if (kind.zero_point_type != T::dynamic) {
    w.zero_point_type = kind.zero_point_type;
    w.zero_points = weights();
  }
  return w;
}

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
  auto* aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64 / 4;
  size_t offset = 0;
  double bytes = 0, operations = 0;
  for (auto _ : state) {
    for (const Shape& shape : kShapes) {
      if (offset + bytes_of(kind, shape) > kPoolBytes) offset = 0;
      const WeightMatrix w = weight(kind, shape, offset);
      int8_matmul(x.data(), shape.cols, m, 32, w, kernel, y.data(), shape.rows, pool(),
                  pool().size(), aligned);
      offset += bytes_of(kind, shape);
      bytes += static_cast<double>(bytes_of(kind, shape));
      operations += 2.0 * static_cast<double>(m * shape.rows * shape.cols);
    }
  }
  using benchmark::Counter;
  if (m == 1) {
    state.counters["GB/s"] = Counter(bytes / 1e9, Counter::kIsRate);
    state.counters["of_bandwidth"] = Counter(bytes / 1e9 / bandwidth(), Counter::kIsRate);
  } else {
    state.counters["GFLOP/s"] = Counter(operations / 1e9, Counter::kIsRate);
    state.counters["of_peak"] = Counter(operations / 1e9 / peak(), Counter::kIsRate);
  }
  state.SetLabel(fmt::format("{} {} M={}", kernel.name, kind.name, m));
}

void every_kernel_and_kind(benchmark::internal::Benchmark* bench) {
  for (size_t k = 0; k < int8_matmul_kernels().size(); ++k) {
    const Isa isa = int8_matmul_kernels()[k].isa;
    if (isa > active_isa() || isa == Isa::scalar) continue;
    for (int64_t m : {1, 8, 512})
      for (size_t kind = 0; kind < std::size(kKinds); ++kind)
        bench->Args({static_cast<int64_t>(k), static_cast<int64_t>(kind), m});
  }
}
BENCHMARK(int8_matmul_of_kernel)
    ->Apply(every_kernel_and_kind)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hearth::kernels
