// Quantizing weights on one core, for every kernel and format, from f32 in memory (256 MB) beside
// the read bandwidth of one core, measured in the same run. GB/s counts bf16, what checkpoints
// hold.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "kernels/bandwidth.h"
#include "kernels/quantize/kernel.h"

namespace hearth::kernels {
namespace {

constexpr int64_t kRows = 16384, kCols = 4096, kRowsAtATime = 64;

const std::vector<float>& weights() {
  static const std::vector<float> made = [] {
    std::vector<float> floats(static_cast<size_t>(kRows * kCols));
    uint32_t state = 1;
    for (float& w : floats) {
      state = state * 1664525u + 1013904223u;
      w = static_cast<float>(static_cast<int32_t>(state)) * 0x1p-36f;
    }
    return floats;
  }();
  return made;
}

void report(benchmark::State& state) {
  static const double bandwidth = [] {
    ThreadPool pool(1);
    return measure_read_bandwidth_gb_s(pool, 1);
  }();
  const auto elements = static_cast<double>(state.iterations() * kRowsAtATime * kCols);
  state.counters["bf16_GB/s"] = benchmark::Counter(2e-9 * elements, benchmark::Counter::kIsRate);
  state.counters["f32_GB/s"] = benchmark::Counter(4e-9 * elements, benchmark::Counter::kIsRate);
  state.counters["machine_GB/s"] = bandwidth;
}

void quantize(benchmark::State& state, const QuantizeKernel& kernel, QuantizeFormat format) {
  std::vector<float> table(256);
  for (size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i) - 128.0f;
  QuantizeArgs args;
  args.format = format;
  args.cols = kCols;
  args.group = traits(format).fixed_group;
  if (args.group == 0) args.group = traits(format).bits == 8 ? kCols : 128;
  args.tensor_elements = kRows * kCols;
  args.scan.max_magnitude = 0.03125f;
  args.table = table;
  const size_t room = static_cast<size_t>(kRowsAtATime * kCols);
  std::vector<std::byte> codes(room), scales(room), zero_points(room);
  int64_t row = 0;
  for (auto _ : state) {
    quantize_rows(args, weights().data() + row * kCols, kRowsAtATime, kernel,
                  {codes.data(), scales.data(), zero_points.data()});
    row = (row + kRowsAtATime) % kRows;
  }
  report(state);
}

void row_errors(benchmark::State& state, const QuantizeKernel& kernel) {
  std::vector<float> errors(kRowsAtATime);
  int64_t row = 0;
  for (auto _ : state) {
    int8_row_errors(weights().data() + row * kCols, kRowsAtATime, kCols, kernel, errors.data());
    row = (row + kRowsAtATime) % kRows;
  }
  report(state);
}

void scan(benchmark::State& state) {
  int64_t row = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scan_rows(weights().data() + row * kCols, kRowsAtATime * kCols));
    row = (row + kRowsAtATime) % kRows;
  }
  report(state);
}

const bool registered = [] {
  for (const QuantizeKernel& kernel : quantize_kernels()) {
    if (kernel.isa > active_isa()) continue;
    const std::string prefix = std::string("quantize/") + kernel.name + "/";
    for (int i = 0; i < kQuantizeFormats; ++i) {
      const auto format = static_cast<QuantizeFormat>(i);
      const std::string name = prefix + std::string(traits(format).name);
      benchmark::RegisterBenchmark(name.c_str(), quantize, kernel, format);
    }
    benchmark::RegisterBenchmark((prefix + "row_errors").c_str(), row_errors, kernel);
  }
  benchmark::RegisterBenchmark("quantize/scan_rows", scan);
  return true;
}();

}  // namespace
}  // namespace hearth::kernels
