// Attention of one layer, beside the machine's limits measured in the same run: bytes of the cache
// when decoding (a part of the read bandwidth), products at prefill (a part of the f32 rate, which
// 16-bit integers may exceed).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "kernels/attention/attention.h"
#include "kernels/bandwidth.h"
#include "kernels/fma_peak.h"

namespace hearth::kernels {
namespace {

struct Shape {
  const char* name;
  int64_t heads, kv_heads, dim;
};
// 16-bit cells as the kernel keeps them.
constexpr ElementType kCacheTypes[] = {ElementType::f16, ElementType::u8, ElementType::u4};
constexpr Shape kShapes[] = {
    {"SmolLM2-135M", 9, 3, 64}, {"TinyLlama-1.1B", 32, 4, 64}, {"Llama-3.1-8B", 32, 8, 128}};

ThreadPool& pool() { return ThreadPool::instance(); }

double bandwidth() {
  static const double gb_s = measure_read_bandwidth_gb_s(pool(), pool().size());
  return gb_s;
}
double peak() {
  static const double gflops = measure_fma_gflops(active_isa(), pool(), pool().size());
  return gflops;
}

// The cache of a model, 512 MB in all, so that a step does not find its cells in a cache. A block
// holds the cells of all layers, as in the runtime.
struct Layers {
  KvLayout layout;
  size_t layers, block_bytes;
  std::vector<std::byte*> blocks;
  std::vector<uint16_t> memory;

  Layers(const Shape& shape, int64_t cells, ElementType type)
      : layout{type, shape.kv_heads, shape.dim, shape.dim} {
    const auto count = static_cast<size_t>((cells + kBlockTokens - 1) / kBlockTokens);
    layers = std::max<size_t>(1, (size_t{512} << 20) / (count * layout.bytes()));
    block_bytes = layers * layout.bytes();
    memory.resize((count * block_bytes + 64) / 2);
    std::mt19937 generator(1);
    uint16_t random[4099];  // not a divisor of any block
    for (uint16_t& half : random) half = static_cast<uint16_t>((generator() & 0x83ffu) | 0x2c00u);
    for (size_t i = 0; i < memory.size(); ++i) memory[i] = random[i % std::size(random)];
    auto* next = reinterpret_cast<std::byte*>(memory.data());
    next += (64 - reinterpret_cast<uintptr_t>(next) % 64) % 64;
    for (size_t i = 0; i < count; ++i, next += block_bytes) blocks.push_back(next);
  }
};

void attention_of_kernel(benchmark::State& state) {
  const AttentionKernel& kernel = attention_kernels()[static_cast<size_t>(state.range(0))];
  const Shape& shape = kShapes[state.range(1)];
  const int64_t cells = state.range(2), tokens = state.range(3);
  ElementType type = kCacheTypes[state.range(4)];
  AttentionArgs args;
  args.layout = {type, shape.kv_heads, shape.dim, shape.dim};
  args.precision = ElementType::bf16;
  args.heads = shape.heads;
  if (kernel.refuse(args) != nullptr) type = ElementType::i16;
  const Layers layers(shape, cells, type);
  const auto floats = [&](int64_t heads) {
    return std::vector<float>(static_cast<size_t>(tokens * heads * shape.dim), 0.3f);
  };
  const std::vector<float> q = floats(shape.heads), k = floats(shape.kv_heads);
  std::vector<float> out = q;
  AttentionSequence sequence{0, tokens, cells - tokens, layers.blocks.data(), nullptr};
  args.layout = layers.layout;
  args.scale = 0.125f;
  args.q = q.data();
  args.k = k.data();
  args.v = k.data();
  args.out = out.data();
  args.q_stride = args.out_stride = shape.heads * shape.dim;
  args.k_stride = args.v_stride = shape.kv_heads * shape.dim;
  args.sequences = &sequence;
  args.sequence_count = 1;
  std::vector<float> scratch(static_cast<size_t>(kernel.scratch_floats(args, pool().size()) + 16));
  auto* aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64 / 4;
  size_t layer = 0;
  for (auto _ : state) {
    args.layout.offset = layer++ % layers.layers * layers.layout.bytes();
    kernel.run(args, pool(), pool().size(), aligned);
  }
  using benchmark::Counter;
  if (tokens == 1) {
    const double gigabytes = static_cast<double>(layers.layout.bytes()) / kBlockTokens / 1e9 *
                             static_cast<double>(cells);
    state.counters["GB/s"] = Counter(gigabytes, Counter::kIsIterationInvariantRate);
    state.counters["of_bandwidth"] =
        Counter(gigabytes / bandwidth(), Counter::kIsIterationInvariantRate);
  } else {
    const double pairs = static_cast<double>(tokens) * (static_cast<double>(cells - tokens) +
                                                        static_cast<double>(tokens + 1) / 2);
    const double gflop = pairs * static_cast<double>(shape.heads * shape.dim) * 4 / 1e9;
    state.counters["GFLOP/s"] = Counter(gflop, Counter::kIsIterationInvariantRate);
    state.counters["of_fma_peak"] = Counter(gflop / peak(), Counter::kIsIterationInvariantRate);
  }
  state.SetLabel(fmt::format("{} {} {}: {} new of {} cells", kernel.name, shape.name,
                             to_string(layers.layout.type), tokens, cells));
}

void every_kernel_and_shape(benchmark::internal::Benchmark* bench) {
  for (size_t kernel = 0; kernel < attention_kernels().size(); ++kernel) {
    const Isa isa = attention_kernels()[kernel].isa;
    if (!has_isa(isa) || isa == Isa::scalar) continue;
    for (size_t shape = 0; shape < std::size(kShapes); ++shape) {
      const auto args = [&](int64_t cells, int64_t tokens, int64_t type) {
        bench->Args(
            {static_cast<int64_t>(kernel), static_cast<int64_t>(shape), cells, tokens, type});
      };
      for (int64_t type = 0; type < std::ssize(kCacheTypes); ++type) {
        for (int64_t cells : {256, 2048, 8192}) args(cells, 1, type);
        args(2048, 512, type);
      }
      args(512, 512, 0);
      args(8192, 512, 0);
    }
  }
}
BENCHMARK(attention_of_kernel)
    ->Apply(every_kernel_and_shape)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hearth::kernels
