// c[r][x] += sum over i of a[r][i] * b[i][x]: both products of attention, scores (b: transposed
// keys, x: cells) and weighted values (b: values, x: elements of a head). Every c is one chain of
// fused multiply-adds over i in order, wherever it stands in a register tile.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hearth::kernels {

/// b as it lies: `stride` elements between its rows.
struct OuterRight {
  const std::byte* data;
  int64_t stride;
};

/// R rows and V vectors of c, for i in [begin, end). a rows are a_stride apart, c rows c_stride.
template <class S, auto Load, int kBytes, int R, int V>
inline void outer_tile(const float* a, int64_t a_stride, OuterRight b, int64_t begin, int64_t end,
                       float* c, int64_t c_stride) {
  using F = typename S::F;
  F acc[R][V];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) acc[r][v] = S::load(c + r * c_stride + v * S::kLanes);
  const std::byte* row = b.data + begin * b.stride * kBytes;
  for (int64_t i = begin; i < end; ++i, row += b.stride * kBytes) {
    F left[R];
    for (int r = 0; r < R; ++r) left[r] = S::set1(a[r * a_stride + i]);
    for (int v = 0; v < V; ++v) {
      const F right = Load(row + v * S::kLanes * kBytes);
      for (int r = 0; r < R; ++r) acc[r][v] = S::fma(left[r], right, acc[r][v]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) S::store(c + r * c_stride + v * S::kLanes, acc[r][v]);
}

/// R rows and `width` elements of c, a multiple of kLanes.
template <class S, auto Load, int kBytes, int R>
inline void outer_rows(const float* a, int64_t a_stride, OuterRight b, int64_t begin, int64_t end,
                       float* c, int64_t c_stride, int64_t width) {
  int64_t x = 0;
  const auto run = [&]<int V>() {
    for (; x + V * S::kLanes <= width; x += V * S::kLanes)
      outer_tile<S, Load, kBytes, R, V>(a, a_stride, {b.data + x * kBytes, b.stride}, begin, end,
                                        c + x, c_stride);
  };
  run.template operator()<S::kOuterWidth>();
  run.template operator()<2>();
  run.template operator()<1>();
}

/// `rows` <= kOuterRows rows.
template <class S, auto Load, int kBytes, int R = S::kOuterRows>
inline void outer_product(int64_t rows, const float* a, int64_t a_stride, OuterRight b,
                          int64_t begin, int64_t end, float* c, int64_t c_stride, int64_t width) {
  if constexpr (R > 1) {
    if (rows < R)
      return outer_product<S, Load, kBytes, R - 1>(rows, a, a_stride, b, begin, end, c, c_stride,
                                                   width);
  }
  outer_rows<S, Load, kBytes, R>(a, a_stride, b, begin, end, c, c_stride, width);
}

}  // namespace hearth::kernels
