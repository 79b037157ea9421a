// One token: y = W x. Eight rows of W are read side by side, which keeps more of the memory system
// busy than one (by a third on Zen 3) and hides the latency of the multiply-adds; compressed
// weights are decoded in registers. Sums run in the order that dot_product.h lays down.
#pragma once

#include <utility>

#include "kernels/matmul/decode.h"

namespace hearth::kernels {

inline constexpr int64_t kVectorRows = 8;

/// How far ahead of its reads a row is prefetched. The processor's own prefetchers lose rows of a
/// few KB: on an Emerald Rapids, bf16 rows of 4 and 11 KB are read at 82 % of the bandwidth
/// without, at 97 % with 512 or 1024 bytes.
inline constexpr int64_t kAheadBytes = 512;

// Where the eight rows lie. Rows past the end are the first one again; their sums are dropped.
struct RowPointers {
  const std::byte* row[kVectorRows];
  int64_t bytes;  // of a row

  /// Prefetches for a step of `step` bytes at `offset`, once a line; past the end of the rows,
  /// those that are next.
  template <class S>
  void prefetch_ahead(int64_t offset, int64_t step) const {
    if (offset % 64 >= step) return;
    const int64_t ahead = offset + kAheadBytes;
    const int64_t at = ahead < bytes ? ahead : ahead + (kVectorRows - 1) * bytes;
    for (const std::byte* begin : row) S::prefetch(reinterpret_cast<uintptr_t>(begin) + at);
  }
};

template <class S>
inline RowPointers row_pointers(const MatmulArgs& a, int64_t r, int64_t row_bytes) {
  RowPointers rows;
  rows.bytes = row_bytes;
  for (int64_t i = 0; i < kVectorRows; ++i)
    rows.row[i] = a.weight->data + (r + i < a.row_end ? r + i : r) * row_bytes;
  return rows;
}

// A source of weights has kVectors vectors a step, and with kAnyLength rows that need not be whole
// steps. start(r) goes to rows r to r + 7; at(k) to the
// step at column k, in ascending order within a row; read(i, k) gives that step of row r + i.

// A step is a cache line. Rows of 4 KB all begin in the same set of the first-level cache, and
// eight of them fill it: a line that is not used up at once is gone before its second half is
// wanted.
template <class S, auto Load, int kBytes>
struct PlainSource {
  static constexpr int kVectors = static_cast<int>(64 / (S::kLanes * kBytes));
  static constexpr bool kAnyLength = true;
  const MatmulArgs& args;
  RowPointers rows = {};

  void start(int64_t r) { rows = row_pointers<S>(args, r, args.weight->cols * kBytes); }
  void at(int64_t k) { rows.template prefetch_ahead<S>(k * kBytes, 64); }
  [[gnu::always_inline]] void read(int64_t i, int64_t k, typename S::F* out) const {
    for (int v = 0; v < kVectors; ++v) out[v] = Load(rows.row[i] + (k + v * S::kLanes) * kBytes);
  }
  void read_partial(int64_t i, int64_t k, int64_t count, typename S::F* out) const {
    std::byte vector[S::kLanes * kBytes] = {};
    std::memcpy(vector, rows.row[i] + k * kBytes, static_cast<size_t>(count * kBytes));
    *out = Load(vector);
  }
};

template <class S, class Q>
struct BlockSource {
  static constexpr int kVectors = kBlockVectors<S>;
  static constexpr bool kAnyLength = false;
  const MatmulArgs& args;
  RowPointers rows = {};
  int64_t block = 0;

  void start(int64_t r) {
    const WeightMatrix& w = *args.weight;
    rows = row_pointers<S>(args, r,
                           w.cols / static_cast<int64_t>(block_elements(w.type)) *
                               static_cast<int64_t>(block_bytes(w.type)));
  }
  void at(int64_t k) {
    block = k / kBlock;
    const auto bytes = static_cast<int64_t>(block_bytes(args.weight->type));
    rows.template prefetch_ahead<S>(block * bytes, bytes);
  }
  [[gnu::always_inline]] void read(int64_t i, int64_t, typename S::F* out) const {
    Q::read(rows.row[i], block, out);
  }
};

// Plain codes with scales, in groups of whole blocks. Scales and zero points of the eight rows are
// decoded to scratch, [kVectorRows, 2, groups].
template <class S, auto Load, int kBits>
struct ScaledSource {
  static constexpr int kVectors = kBlockVectors<S>;
  static constexpr bool kAnyLength = false;
  const MatmulArgs& args;
  int64_t groups = 0;
  RowPointers rows = {};
  const float* scales = nullptr;  // of row 0 at the current step
  int64_t next_group = 0;         // first column of the group after

  void start(int64_t r) {
    const WeightMatrix& w = *args.weight;
    groups = w.cols / w.group;
    rows = row_pointers<S>(args, r, w.cols * kBits / 8);
    for (int64_t i = 0; i < kVectorRows; ++i) {
      float* row_scales = args.scratch + i * 2 * groups;
      read_scales<S>(w, (r + i < args.row_end ? r + i : r) * groups, groups, row_scales,
                     row_scales + groups);
    }
    scales = args.scratch;
    next_group = w.group;
  }
  void at(int64_t k) {
    rows.template prefetch_ahead<S>(k * kBits / 8, kBlock * kBits / 8);
    if (k < next_group) return;
    ++scales;
    next_group += args.weight->group;
  }
  [[gnu::always_inline]] void read(int64_t i, int64_t k, typename S::F* out) const {
    const float* scale = scales + i * 2 * groups;
    const auto s = S::set1(scale[0]), z = S::set1(scale[groups]);
    const std::byte* codes = rows.row[i] + k * kBits / 8;
    for (int v = 0; v < kVectors; ++v)
      out[v] = S::mul(S::sub(Load(codes + v * S::kLanes * kBits / 8), z), s);
  }
};

template <class S, class Source>
[[gnu::always_inline]] inline void add_step(const Source& source, int64_t row, int64_t k,
                                            const float* x, typename S::F& sum) {
  typename S::F weights[Source::kVectors];
  source.read(row, k, weights);
  for (int v = 0; v < Source::kVectors; ++v)
    sum = S::fma(weights[v], S::load(x + v * S::kLanes), sum);
}

// Sums of the eight rows (R = 0..7) over the chunk of `count` columns from k, where x points.
template <class S, class Source, int... R>
inline void sum_chunk(Source& source, int64_t k, int64_t count, const float* x,
                      typename S::Quad* sums, std::integer_sequence<int, R...>) {
  constexpr int64_t kStep = Source::kVectors * S::kLanes;
  typename S::F acc[] = {((void)R, S::zero())...};
  int64_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    source.at(k + i);
    (add_step<S>(source, R, k + i, x + i, acc[R]), ...);
  }
  if constexpr (Source::kAnyLength) {
    for (; i < count; i += S::kLanes) {
      const int64_t left = count - i < S::kLanes ? count - i : S::kLanes;
      const auto add_partial = [&](int64_t row, typename S::F& sum) {
        typename S::F weights;
        source.read_partial(row, k + i, left, &weights);
        sum = S::fma(weights, S::load_partial(x + i, left), sum);
      };
      (add_partial(R, acc[R]), ...);
    }
  }
  sums[0] = S::reduce4(acc[0], acc[1], acc[2], acc[3]);
  sums[1] = S::reduce4(acc[4], acc[5], acc[6], acc[7]);
}

template <class S, class Source>
inline void multiply_vector_from(const MatmulArgs& a, Source source) {
  for (int64_t r = a.row_begin; r < a.row_end; r += kVectorRows) {
    source.start(r);
    typename S::Quad sums[2], chunk[2];
    for (int64_t k = 0; k < a.weight->cols; k += kChunk) {
      const int64_t count = a.weight->cols - k < kChunk ? a.weight->cols - k : kChunk;
      sum_chunk<S>(source, k, count, a.x + k, k == 0 ? sums : chunk,
                   std::make_integer_sequence<int, kVectorRows>());
      for (int half = 0; half < 2 && k > 0; ++half)
        sums[half] = S::quad_add(sums[half], chunk[half]);
    }
    float values[kVectorRows];
    S::quad_store(values, sums[0]);
    S::quad_store(values + 4, sums[1]);
    for (int64_t i = 0; i < kVectorRows && r + i < a.row_end; ++i) a.y[r + i] = values[i];
  }
}

/// Floats of scratch for the scales and zero points of eight rows.
template <class S>
inline int64_t scale_floats(const WeightMatrix& w) {
  return w.group > 0 ? 2 * kVectorRows * (w.cols / w.group) : 0;
}

/// y for one token. False when this kind of weight has no source here: odd types and groups,
/// tables, and q6_k.
template <class S>
inline bool multiply_vector(const MatmulArgs& a) {
  const WeightMatrix& w = *a.weight;
  if (w.table != nullptr) return false;
  const bool scaled = w.scales != nullptr || w.zero_points != nullptr;
  const auto run = [&a](auto source) {
    multiply_vector_from<S>(a, source);
    return true;
  };
#define HEARTH_SCALED(type, bits) \
  case ElementType::type:         \
    return w.group % kBlock == 0 && run(ScaledSource<S, Load<S>::type, bits>{a});
  if (scaled) {
    switch (w.type) {
      HEARTH_SCALED(u8, 8)
      HEARTH_SCALED(i8, 8)
      HEARTH_SCALED(u4, 4)
      HEARTH_SCALED(i4, 4)
      HEARTH_SCALED(nf4, 4)
      HEARTH_SCALED(f4e2m1, 4)
      HEARTH_SCALED(f8e4m3, 8)
      HEARTH_SCALED(f8e5m2, 8)
      default:
        return false;
    }
  }
#undef HEARTH_SCALED
  switch (w.type) {
    case ElementType::f32:
      return run(PlainSource<S, Load<S>::f32, 4>{a});
    case ElementType::f16:
      return run(PlainSource<S, Load<S>::f16, 2>{a});
    case ElementType::bf16:
      return run(PlainSource<S, Load<S>::bf16, 2>{a});
    case ElementType::q8_0:
      return run(BlockSource<S, Q8_0<S>>{a});
    case ElementType::q4_0:
      return run(BlockSource<S, Q4_0<S>>{a});
    case ElementType::q4_1:
      return run(BlockSource<S, Q4_1<S>>{a});
    default:
      return false;
  }
}

}  // namespace hearth::kernels
