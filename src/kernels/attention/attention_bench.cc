// Attention of one layer, beside the machine's limits measured in the same run: bytes of the cache
// when decoding (a part of the read bandwidth), products at prefill (a part of the f32 rate, which
// 16-bit integers may exceed).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <random>

#include "base/block_memory.h"
#include "kernels/attention/attention.h"
#include "kernels/bandwidth.h"
#include "kernels/fma_peak.h"

namespace hearth::kernels {
namespace {

struct Shape {
  const char* name;
  int64_t heads, kv_heads, dim;
  size_t layers;
};
// 16-bit cells as the kernel keeps them.
constexpr ElementType kCacheTypes[] = {ElementType::f16, ElementType::u8, ElementType::u4};
constexpr Shape kShapes[] = {{"SmolLM2-135M", 9, 3, 64, 30},
                             {"TinyLlama-1.1B", 32, 4, 64, 22},
                             {"Llama-3.1-8B", 32, 8, 128, 32}};

// The type, or i16 in its place, where the kernel takes either.
std::optional<ElementType> taken(const AttentionKernel& kernel, ElementType type) {
  AttentionArgs args;
  args.layout = {type, 1, 64, 64};
  args.precision = ElementType::bf16;
  args.heads = 1;
  if (kernel.refuse(args) == nullptr) return type;
  args.layout.type = ElementType::i16;
  if (type == ElementType::f16 && kernel.refuse(args) == nullptr) return ElementType::i16;
  return {};
}

ThreadPool& pool() { return ThreadPool::instance(); }

double bandwidth() {
  static const double gb_s = measure_read_bandwidth_gb_s(pool(), pool().size());
  return gb_s;
}
double peak() {
  static const double gflops = measure_fma_gflops(active_isa(), pool(), pool().size());
  return gflops;
}

// The caches of as many sequences of a model as make 512 MB, so that a step does not find its cells
// in a cache. Blocks are laid out, and lie in the same memory, as in the runtime.
struct Sequences {
  KvLayout layout;
  int64_t cells;
  size_t layers, count, table;  // sequences, blocks of one
  BlockMemory memory;
  std::vector<std::byte*> blocks;

  Sequences(const KvLayout& of, size_t of_layers, int64_t of_cells)
      : layout(of),
        cells(of_cells),
        layers(of_layers),
        count(std::max<size_t>(1, (size_t{512} << 20) / (blocks_of(cells) * layers * of.bytes()))),
        table(blocks_of(cells)),
        memory(layers * of.bytes()) {
    std::mt19937 generator(1);
    std::vector<uint16_t> random(4099);  // not a divisor of any block
    for (uint16_t& half : random) half = static_cast<uint16_t>((generator() & 0x83ffu) | 0x2c00u);
    const size_t random_bytes = random.size() * sizeof(uint16_t), bytes = layers * of.bytes();
    for (size_t i = 0; i < count * table; ++i) {
      std::byte* block = blocks.emplace_back(memory.next());
      for (size_t at = 0; at < bytes; at += random_bytes)
        std::memcpy(block + at, random.data(), std::min(random_bytes, bytes - at));
    }
  }
  bool holds(const KvLayout& of, int64_t of_cells) const {
    return of.type == layout.type && of.kv_heads == layout.kv_heads &&
           of.key_dim == layout.key_dim && of_cells == cells;
  }
  static size_t blocks_of(int64_t cells) {
    return static_cast<size_t>((cells + kBlockTokens - 1) / kBlockTokens);
  }
};

// Filling them takes longer than a measurement: the last ones are kept for its repetitions.
const Sequences& sequences_of(const Shape& shape, const KvLayout& layout, int64_t cells) {
  static std::unique_ptr<Sequences> last;
  if (last == nullptr || !last->holds(layout, cells)) {
    last.reset();
    last = std::make_unique<Sequences>(layout, shape.layers, cells);
  }
  return *last;
}

void attention_of_kernel(benchmark::State& state) {
  const AttentionKernel& kernel = attention_kernels()[static_cast<size_t>(state.range(0))];
  const Shape& shape = kShapes[state.range(1)];
  const int64_t cells = state.range(2), tokens = state.range(3);
  const ElementType type = kCacheTypes[state.range(4)];
  AttentionArgs args;
  args.layout = {*taken(kernel, type), shape.kv_heads, shape.dim, shape.dim};
  args.precision = ElementType::bf16;
  args.heads = shape.heads;
  const Sequences& sequences = sequences_of(shape, args.layout, cells);
  const auto floats = [&](int64_t heads) {
    return std::vector<float>(static_cast<size_t>(tokens * heads * shape.dim), 0.3f);
  };
  const std::vector<float> q = floats(shape.heads), k = floats(shape.kv_heads);
  std::vector<float> out = q;
  AttentionSequence sequence{0, tokens, cells - tokens, sequences.blocks.data(), nullptr};
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
  size_t step = 0;
  for (auto _ : state) {  // all layers of one sequence, then of the next
    sequence.blocks =
        sequences.blocks.data() + step / sequences.layers % sequences.count * sequences.table;
    args.layout.offset = step++ % sequences.layers * sequences.layout.bytes();
    kernel.run(args, pool(), pool().size(), aligned);
  }
  using benchmark::Counter;
  if (tokens == 1) {
    const double gigabytes = static_cast<double>(sequences.layout.bytes()) / kBlockTokens / 1e9 *
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
                             to_string(sequences.layout.type), tokens, cells));
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
        if (!taken(attention_kernels()[kernel], kCacheTypes[type])) continue;
        for (int64_t cells : {256, 2048, 8192}) args(cells, 1, type);
        for (int64_t cells : {512, 2048, 8192}) args(cells, 512, type);
      }
    }
  }
}
BENCHMARK(attention_of_kernel)
    ->Apply(every_kernel_and_shape)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hearth::kernels
