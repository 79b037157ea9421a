// The product y = x W^T for one instruction set, S = Avx2 or Avx512.
//
// Order of every sum, the same in all paths: columns are taken in chunks of kChunk; in a chunk, one
// vector accumulator steps along k with fused multiply-adds (a last partial vector is padded with
// zeros) and is then reduced by S::reduce4; chunk sums are added one after the other.
//
// One token: matrix_vector.h. A few: the rows of W are read as they lie, straight into registers
// for every tile of tokens (f32, f16, bf16) or decoded once, 8 rows and a chunk (16 KB) at a time.
// Many: token_lanes.h.
#pragma once

#include "kernels/matmul/matrix_vector.h"
#include "kernels/matmul/token_lanes.h"

namespace hearth::kernels {

/// sums[t] = sums over `count` columns of rows 0..3 of w for token t < T. Load reads kLanes weights
/// of kBytes bytes each.
template <class S, auto Load, int kBytes, int T>
inline void tile(const std::byte* const* w, const float* const* x, int64_t count,
                 typename S::Quad* sums) {
  using F = typename S::F;
  F acc[kRowTile][T];
  for (int t = 0; t < T; ++t) acc[0][t] = acc[1][t] = acc[2][t] = acc[3][t] = S::zero();
  const auto step = [&](const F* xs, const std::byte* w0, const std::byte* w1, const std::byte* w2,
                        const std::byte* w3) {
    const auto row = [&](F* sums_of_row, F weights) {
      for (int t = 0; t < T; ++t) sums_of_row[t] = S::fma(weights, xs[t], sums_of_row[t]);
    };
    row(acc[0], Load(w0));
    row(acc[1], Load(w1));
    row(acc[2], Load(w2));
    row(acc[3], Load(w3));
  };
  const std::byte *w0 = w[0], *w1 = w[1], *w2 = w[2], *w3 = w[3];
  F xs[T];
  int64_t k = 0;
  for (; k + S::kLanes <= count; k += S::kLanes) {
    for (int t = 0; t < T; ++t) xs[t] = S::load(x[t] + k);
    step(xs, w0 + k * kBytes, w1 + k * kBytes, w2 + k * kBytes, w3 + k * kBytes);
  }
  if (k < count) {
    std::byte tail[kRowTile][S::kLanes * kBytes] = {};
    for (int r = 0; r < kRowTile; ++r)
      std::memcpy(tail[r], w[r] + k * kBytes, static_cast<size_t>((count - k) * kBytes));
    for (int t = 0; t < T; ++t) xs[t] = S::load_partial(x[t] + k, count - k);
    step(xs, tail[0], tail[1], tail[2], tail[3]);
  }
  for (int t = 0; t < T; ++t) sums[t] = S::reduce4(acc[0][t], acc[1][t], acc[2][t], acc[3][t]);
}

/// Where the sums of a tile go: y[t][r] for r < rows; the first chunk sets, later ones add.
struct TileOutput {
  float* y;
  int64_t stride;
  int64_t rows;
  bool first_chunk;
};

template <class S>
inline void put(const TileOutput& out, int64_t token, typename S::Quad sums) {
  float* y = out.y + token * out.stride;
  if (out.rows >= kRowTile) {
    S::quad_store(y, out.first_chunk ? sums : S::quad_add(S::quad_load(y), sums));
    return;
  }
  float values[kRowTile];
  S::quad_store(values, sums);
  for (int64_t r = 0; r < out.rows; ++r) y[r] = out.first_chunk ? values[r] : y[r] + values[r];
}

/// tile() for `tokens` tokens, x rows `stride` floats apart, and kRowBlock rows.
template <class S, auto Load, int kBytes, int T = S::kTokenTile>
inline void tiles(const std::byte* const* w, const float* x, int64_t stride, int64_t tokens,
                  int64_t count, TileOutput out) {
  for (int64_t t0 = 0; t0 < tokens; t0 += T) {
    if constexpr (T > 1) {
      if (tokens - t0 < T)
        return tiles<S, Load, kBytes, T - 1>(
            w, x + t0 * stride, stride, tokens - t0, count,
            {out.y + t0 * out.stride, out.stride, out.rows, out.first_chunk});
    }
    const float* rows[T];
    typename S::Quad sums[T];
    for (int t = 0; t < T; ++t) rows[t] = x + (t0 + t) * stride;
    for (int64_t r = 0; r < out.rows; r += kRowTile) {
      tile<S, Load, kBytes, T>(w + r, rows, count, sums);
      for (int t = 0; t < T; ++t)
        put<S>({out.y + r, out.stride, out.rows - r, out.first_chunk}, t0 + t, sums[t]);
    }
  }
}

/// The columns [first, first + count) of up to kRowBlock rows of W from row r; a row past the end
/// is the first row again and its sums are dropped.
template <class S>
struct DecodedRows {
  static constexpr int kBytes = 4;
  static constexpr auto kLoad = Load<S>::f32;
  const MatmulArgs& args;
  float* room;  // [kRowBlock, kChunk + kLine]
  void locate(int64_t r, int64_t first, int64_t count, const std::byte** w) const {
    for (int64_t i = 0; i < kRowBlock; ++i) {
      float* out = room + i * (kChunk + kLine);
      prefetch_columns<S>(*args.weight, r + kRowBlock + i, first, count);
      if (r + i < args.row_end) decode_weights<S>(*args.weight, r + i, first, count, out);
      w[i] = reinterpret_cast<const std::byte*>(r + i < args.row_end ? out : room);
    }
  }
};

template <class S, auto LoadFunction, int kElementBytes>
struct MappedRows {
  static constexpr int kBytes = kElementBytes;
  static constexpr auto kLoad = LoadFunction;
  const MatmulArgs& args;
  void locate(int64_t r, int64_t first, int64_t, const std::byte** w) const {
    for (int64_t i = 0; i < kRowBlock; ++i) {
      const int64_t row = r + i < args.row_end ? r + i : r;
      w[i] = args.weight->data + (row * args.weight->cols + first) * kBytes;
    }
  }
};

/// Products of columns [begin, end) for `tokens` rows of x from token t0; x points at column begin.
template <class S, class Rows>
inline void multiply_rows(const MatmulArgs& a, const Rows& rows, const float* x, int64_t x_stride,
                          int64_t t0, int64_t tokens, int64_t begin, int64_t end) {
  for (int64_t r = a.row_begin; r < a.row_end; r += kRowBlock) {
    const int64_t valid = a.row_end - r < kRowBlock ? a.row_end - r : kRowBlock;
    for (int64_t k = begin; k < end; k += kChunk) {
      const int64_t count = end - k < kChunk ? end - k : kChunk;
      const std::byte* w[kRowBlock];
      rows.locate(r, k, count, w);
      tiles<S, Rows::kLoad, Rows::kBytes>(
          w, x + (k - begin), x_stride, tokens, count,
          TileOutput{a.y + t0 * a.y_stride + r, a.y_stride, valid, k == 0});
    }
  }
}

template <class S>
inline void multiply_few(const MatmulArgs& a) {
  const auto run = [&](const auto& rows) {
    multiply_rows<S>(a, rows, a.x, a.x_stride, 0, a.m, 0, a.weight->cols);
  };
  const bool scaled = a.weight->scales != nullptr || a.weight->zero_points != nullptr;
  switch (scaled ? ElementType::dynamic : a.weight->type) {
    case ElementType::f32:
      return run(MappedRows<S, Load<S>::f32, 4>{a});
    case ElementType::f16:
      return run(MappedRows<S, Load<S>::f16, 2>{a});
    case ElementType::bf16:
      return run(MappedRows<S, Load<S>::bf16, 2>{a});
    default:
      return run(DecodedRows<S>{a, a.scratch});
  }
}

/// Up to this many tokens, panels that are not full cost more than their tiles save (Emerald
/// Rapids, bf16: as fast with them at 25 tokens, 1.2 times as fast at 32, 1.3 times at 48).
inline constexpr int64_t kFewTokens = 24;

template <class S>
inline void multiply(const MatmulArgs& a) {
  if (a.m == 1 && multiply_vector<S>(a)) return;
  if (a.m <= kFewTokens) {
    multiply_few<S>(a);
  } else {
    multiply_many<S>(a);
  }
}

template <class S>
const char* refuse(const WeightMatrix& weight, int64_t) {
  return refuse_weight(weight);
}

template <class S>
int64_t scratch_floats(const WeightMatrix& weight) {
  const int64_t scales = scale_floats<S>(weight);
  return many_floats<S>() > scales ? many_floats<S>() : scales;
}

template <class S>
int64_t packed_bytes(const WeightMatrix& weight, int64_t m) {
  return m <= kFewTokens ? 0 : panels_of<S>(m) * panel_floats<S>(weight.cols) * 4;
}

template <class S>
constexpr MatmulKernel dot_product_kernel(const char* name, Isa isa) {
  return {name,
          isa,
          ElementType::f32,
          refuse<S>,
          scratch_floats<S>,
          multiply<S>,
          decode_whole_row<S>,
          packed_bytes<S>,
          pack_tokens_as_lanes<S>};
}

}  // namespace hearth::kernels
