// y = W x in bf16 for fewer tokens than a vector has lanes. A lane is a row of W: 16 rows are read
// side by side, 16 pairs of each, transposed in registers and multiplied with pairs of x that all
// lanes share. So W is read once, whatever M.
//
// Order of every sum, here and in bf16_many.h: one chain over the pairs of columns, ascending, in
// f32, of the steps of NativeBf16::dot.
#pragma once

#include "kernels/matmul/bf16_panels.h"
#include "kernels/matmul/matrix_vector.h"

namespace hearth::kernels {

inline constexpr int64_t kFewRows = 16;
inline constexpr int64_t kFewMost = 15;  // tokens

// 32 weights as bf16, by the type they lie in.
template <class S, class B>
struct ReadPairs {
  static typename S::I bf16(const std::byte* p) { return _mm512_loadu_si512(p); }
  static typename S::I f16(const std::byte* p) {
    return B::round(S::load_f16(p), S::load_f16(p + 32));
  }
};

/// Rows of W, and rows of x in bf16, from one column on.
struct FewOperands {
  const std::byte* row[kFewRows];
  int64_t row_bytes;  // for prefetching; 0: not at all
  const std::byte* x;
  int64_t x_stride;
};

template <class B, int M, class F, class I>
[[gnu::always_inline]] inline void multiply_pair(I w, const std::byte* x, int64_t x_stride,
                                                 F* sums) {
  for (int t = 0; t < M; ++t) B::dot_pair(sums[t], w, x + t * x_stride);
}

// All 16 pairs (J = 0..15) of a vector, in a row: a loop would keep w in memory.
template <class B, int M, class F, class I, int... J>
[[gnu::always_inline]] inline void multiply_vector(const I* w, const std::byte* x, int64_t x_stride,
                                                   F* sums, std::integer_sequence<int, J...>) {
  (multiply_pair<B, M>(w[J], x + J * 4, x_stride, sums), ...);
}

/// sums[t] += products of `cols` columns, a lane for each row.
template <class S, class B, auto Read, int kBytes, int M>
inline void multiply_few_columns(const FewOperands& o, int64_t cols, typename S::F* totals) {
  typename S::F sums[M];
  for (int t = 0; t < M; ++t) sums[t] = totals[t];
  typename S::I w[kFewRows];
  int64_t k = 0;
  for (; k + kPairColumns <= cols; k += kPairColumns) {
    for (int64_t i = 0; i < kFewRows; ++i) w[i] = Read(o.row[i] + k * kBytes);
    for (int64_t line = 0; line < kPairColumns * kBytes && o.row_bytes > 0; line += 64) {
      const int64_t ahead = k * kBytes + line + kAheadBytes;
      const int64_t at = ahead < o.row_bytes ? ahead : ahead + (kFewRows - 1) * o.row_bytes;
      for (const std::byte* row : o.row) S::prefetch(reinterpret_cast<uintptr_t>(row) + at);
    }
    transpose16(w);
    multiply_vector<B, M>(w, o.x + k * 2, o.x_stride, sums,
                          std::make_integer_sequence<int, kPairColumns / 2>());
  }
  if (k < cols) {
    for (int64_t i = 0; i < kFewRows; ++i) {
      std::byte tail[kPairColumns * kBytes] = {};
      std::memcpy(tail, o.row[i] + k * kBytes, static_cast<size_t>((cols - k) * kBytes));
      w[i] = Read(tail);
    }
    transpose16(w);
    for (int64_t j = 0; j < (cols - k + 1) / 2; ++j)
      multiply_pair<B, M>(w[j], o.x + k * 2 + j * 4, o.x_stride, sums);
  }
  for (int t = 0; t < M; ++t) totals[t] = sums[t];
}

/// y of 16 rows from r, whose weights lie in memory as f16 or bf16.
template <class S, class B, auto Read, int kBytes, int M>
inline void multiply_mapped_rows(const MatmulArgs& a, int64_t r, FewOperands o,
                                 typename S::F* sums) {
  o.row_bytes = a.weight->cols * kBytes;
  for (int64_t i = 0; i < kFewRows; ++i)
    o.row[i] = a.weight->data + (r + i < a.row_end ? r + i : r) * o.row_bytes;
  multiply_few_columns<S, B, Read, kBytes, M>(o, a.weight->cols, sums);
}

/// The chunk after the one from column `first` of 16 rows from r: further along, or of the next
/// rows.
template <class S>
inline void prefetch_next_chunk(const WeightMatrix& w, int64_t r, int64_t first) {
  const bool along = first + kChunk < w.cols;
  const int64_t row = along ? r : r + kFewRows, next = along ? first + kChunk : 0;
  const int64_t count = w.cols - next < kChunk ? w.cols - next : kChunk;
  for (int64_t i = 0; i < kFewRows; ++i) prefetch_columns<S>(w, row + i, next, count);
}

/// y of 16 rows from r, decoded to bf16 a chunk at a time.
template <class S, class B, int M>
inline void multiply_decoded_rows(const MatmulArgs& a, int64_t r, FewOperands o, std::byte* room,
                                  typename S::F* sums) {
  constexpr int64_t kStride = (kChunk + kPairColumns) * 2;
  const std::byte* x = o.x;
  const int64_t cols = a.weight->cols;
  for (int64_t i = 0; i < kFewRows; ++i) o.row[i] = room + i * kStride;
  for (int64_t k = 0; k < cols; k += kChunk) {
    const int64_t count = cols - k < kChunk ? cols - k : kChunk;
    prefetch_next_chunk<S>(*a.weight, r, k);
    decode_to_bf16<S, B>(a, r, kFewRows, k, count, room, kStride);
    o.x = x + k * 2;
    multiply_few_columns<S, B, ReadPairs<S, B>::bf16, 2, M>(o, count, sums);
  }
}

template <class S, class B, int M>
inline void multiply_few_rows(const MatmulArgs& a, int64_t r, const FewOperands& o, std::byte* room,
                              typename S::F* sums) {
  using Read = ReadPairs<S, B>;
  switch (a.weight->is_plain() ? a.weight->type : ElementType::dynamic) {
    case ElementType::bf16:
      return multiply_mapped_rows<S, B, Read::bf16, 2, M>(a, r, o, sums);
    case ElementType::f16:
      return multiply_mapped_rows<S, B, Read::f16, 2, M>(a, r, o, sums);
    default:
      return multiply_decoded_rows<S, B, M>(a, r, o, room, sums);
  }
}

namespace {

/// Bytes that multiply_few_in_bf16() needs: x in bf16, and a chunk of decoded rows.
inline int64_t few_bytes(int64_t cols) {
  return kFewMost * padded_columns(cols) * 2 + kFewRows * (kChunk + kPairColumns) * 2;
}

}  // namespace

/// y for at most M tokens.
template <class S, class B, int M>
inline void multiply_at_most(const MatmulArgs& a) {
  auto* x = reinterpret_cast<std::byte*>(a.scratch);
  const int64_t x_stride = padded_columns(a.weight->cols) * 2;
  round_rows<S, B>(a, x);
  std::memset(x + a.m * x_stride, 0, static_cast<size_t>((M - a.m) * x_stride));
  for (int64_t r = a.row_begin; r < a.row_end; r += kFewRows) {
    typename S::F sums[M];
    for (int t = 0; t < M; ++t) sums[t] = S::zero();
    multiply_few_rows<S, B, M>(a, r, {{}, 0, x, x_stride}, x + M * x_stride, sums);
    const int64_t rows = a.row_end - r;
    for (int t = 0; t < M && t < a.m; ++t) {
      float* y = a.y + t * a.y_stride + r;
      rows >= kFewRows ? S::store(y, sums[t]) : S::store_partial(y, sums[t], rows);
    }
  }
}

template <class S, class B>
inline void multiply_few_in_bf16(const MatmulArgs& a) {
  const auto multiply = a.m <= 1    ? multiply_at_most<S, B, 1>
                        : a.m <= 2  ? multiply_at_most<S, B, 2>
                        : a.m <= 4  ? multiply_at_most<S, B, 4>
                        : a.m <= 6  ? multiply_at_most<S, B, 6>
                        : a.m <= 8  ? multiply_at_most<S, B, 8>
                        : a.m <= 12 ? multiply_at_most<S, B, 12>
                                    : multiply_at_most<S, B, kFewMost>;
  multiply(a);
}

}  // namespace hearth::kernels
