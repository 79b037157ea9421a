// What benchmarks of matrix products share: the layer of a 1.1B model, a gigabyte of weights, and
// the machine's limits measured in the same run.
#pragma once

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <random>

#include "base/threads.h"
#include "kernels/bandwidth.h"
#include "kernels/fma_peak.h"
#include "kernels/matmul/matmul.h"

namespace hearth::kernels {

using T = ElementType;

struct Kind {
  const char* name;
  T type;
  T scale_type = T::dynamic;
  int64_t group = 0;
  T zero_point_type = T::dynamic;
};
struct Shape {
  int64_t rows, cols;
};
inline constexpr Shape kShapes[] = {{2048, 2048}, {5632, 2048}, {2048, 5632}};
inline constexpr size_t kPoolBytes = size_t{1} << 30;

inline ThreadPool& pool() { return ThreadPool::instance(); }

inline double bandwidth() {
  static const double gb_s = measure_read_bandwidth_gb_s(pool(), pool().size());
  return gb_s;
}

inline double peak() {
  static const double gflops = measure_fma_gflops(active_isa(), pool(), pool().size());
  return gflops;
}

inline double bf16_peak() {
  static const double gflops = measure_bf16_gflops(active_isa(), pool(), pool().size());
  return gflops;
}

// Bytes that are finite, moderate numbers in every type: halves with exponents around 2^-4. Aligned
// as our files align them.
inline const std::byte* weights() {
  static std::byte* const bytes = [] {
    static std::unique_ptr<std::byte[]> data(new std::byte[kPoolBytes + 64]);
    std::byte* aligned = data.get() + (64 - reinterpret_cast<uintptr_t>(data.get()) % 64) % 64;
    std::mt19937 generator(1);
    for (size_t i = 0; i < kPoolBytes; i += 2) {
      const auto half = static_cast<uint16_t>((generator() & 0x83ffu) | 0x2c00u);
      std::memcpy(aligned + i, &half, sizeof(half));
    }
    return aligned;
  }();
  return bytes;
}

inline size_t bytes_of(const Kind& kind, const Shape& shape) {
  return byte_size(kind.type, static_cast<size_t>(shape.rows * shape.cols));
}

inline WeightMatrix weight(const Kind& kind, const Shape& shape, size_t offset) {
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

inline float* aligned_to_line(float* memory) {
  return memory + (64 - reinterpret_cast<uintptr_t>(memory) % 64) % 64 / 4;
}

/// Rates beside the machine's: of one token the bytes, of more the operations.
inline void report(benchmark::State& state, int64_t m, double bytes, double operations) {
  using benchmark::Counter;
  if (m == 1) {
    state.counters["GB/s"] = Counter(bytes / 1e9, Counter::kIsRate);
    state.counters["of_bandwidth"] = Counter(bytes / 1e9 / bandwidth(), Counter::kIsRate);
    // Compare kinds of weights by this.
    state.counters["Gweights/s"] = Counter(operations / 2e9, Counter::kIsRate);
  } else {
    state.counters["GFLOP/s"] = Counter(operations / 1e9, Counter::kIsRate);
    state.counters["of_peak"] = Counter(operations / 1e9 / peak(), Counter::kIsRate);
    if (bf16_peak() > 0)
      state.counters["of_bf16_peak"] = Counter(operations / 1e9 / bf16_peak(), Counter::kIsRate);
  }
}

/// multiply(weight) for the matrices of the layer in turn, through all of the gigabyte.
template <class Multiply>
void run_layer(benchmark::State& state, const Kind& kind, int64_t m, Multiply&& multiply) {
  size_t offset = 0;
  double bytes = 0, operations = 0;
  for (auto _ : state) {
    for (const Shape& shape : kShapes) {
      if (offset + bytes_of(kind, shape) > kPoolBytes) offset = 0;
      multiply(weight(kind, shape, offset));
      offset += bytes_of(kind, shape);
      bytes += static_cast<double>(bytes_of(kind, shape));
      operations += 2.0 * static_cast<double>(m * shape.rows * shape.cols);
    }
  }
  report(state, m, bytes, operations);
}

}  // namespace hearth::kernels
