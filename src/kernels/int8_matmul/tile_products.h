// Many tokens: 16 rows of W, a chunk of columns at a time, are unpacked and transposed to a tile in
// the first-level cache, where four bytes of x at a time meet all rows; then all tokens pass by.
//
// An engine E is one way to multiply. E::products sums a segment of x (E::kStepBytes bytes, from
// E::codes) times a segment of the tile (E::kSegmentBytes), four bytes of x and of each row at a
// time; the sums of 16 rows are E::kVectors vectors. E::unpack makes the tile of eight rows, and
// E::over_codes are the second bytes, where E::kHasOver.
#pragma once

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/int8_matmul/scales_avx2.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kTileRows = 16;
inline constexpr int64_t kTileColumns = 512;  // at most, unless a group is larger

/// Columns of a chunk: whole groups, or a part of the only group of a row.
inline int64_t chunk_columns(const AffineWeights& view, int64_t cols) {
  if (view.groups == 1) return cols < kTileColumns ? cols : kTileColumns;
  return view.group >= kTileColumns ? view.group : kTileColumns / view.group * view.group;
}

template <class E>
struct TileRoom {
  std::byte* weights;  // [segments of a chunk][E::kSteps][16 rows][4 bytes]
  float* scale;        // [groups][16]
  float* offset;       // [groups][16]
  float* decoded;      // decoded_floats()
  float* y;            // [tokens][16]

  static int64_t bytes(const AffineWeights& view, int64_t cols, int64_t tokens) {
    return chunk_columns(view, cols) / kSegment * E::kSegmentBytes +
           ((2 * view.groups + tokens) * kTileRows + decoded_floats(view)) * 4;
  }
  TileRoom(const AffineWeights& view, int64_t cols, std::byte* memory) : weights(memory) {
    scale =
        reinterpret_cast<float*>(memory + chunk_columns(view, cols) / kSegment * E::kSegmentBytes);
    offset = scale + view.groups * kTileRows;
    decoded = offset + view.groups * kTileRows;
    y = decoded + decoded_floats(view);
  }
};

// Segments [begin, end) of all tokens and of 16 rows.
template <class E>
struct TileChunk {
  const CodedRows x;
  const AffineWeights view;
  const TileRoom<E> room;
  int64_t begin;
  int64_t end;
};

// Not inlined, or compilers keep the weights in memory for it.
template <class E, int T>
[[gnu::noinline]] inline void over_products(const std::byte* w, const std::byte* const* over,
                                            typename E::I (*sums)[T]) {
  E::template products<T>(w, over, sums);
}

// The integer sums of a segment.
template <class E, int T>
inline void add_segment(const std::byte* const* x, const std::byte* w, bool two_bytes,
                        const std::byte* const* over, typename E::I (*total)[T]) {
  typename E::I sums[E::kVectors][T];
  E::template products<T>(w, x, sums);
  if (two_bytes) [[unlikely]] {
    typename E::I second[E::kVectors][T];
    over_products<E, T>(w, over, second);
    for (int v = 0; v < E::kVectors; ++v)
      for (int t = 0; t < T; ++t) sums[v][t] = E::add_over(sums[v][t], second[v][t]);
  }
  for (int v = 0; v < E::kVectors; ++v)
    for (int t = 0; t < T; ++t) total[v][t] = E::add(total[v][t], sums[v][t]);
}

// acc = fma(s, sum over the span of code * q, acc); x, over and w move on.
template <class E, int T>
inline void add_span(const CodedRows& q, const std::byte** x, const std::byte** over,
                     const float* scales, const uint32_t* over_words, const std::byte*& w,
                     typename E::F (*acc)[T]) {
  typename E::I total[E::kVectors][T];
  E::template clear<T>(total);
  bool two_bytes = false;
  const int64_t spans = q.spans();
  if constexpr (E::kHasOver)
    for (int t = 0; t < T; ++t) two_bytes |= over_words[t * spans] != 0;
  for (int64_t c = 0; c < q.span; c += kSegment, w += E::kSegmentBytes) {
    add_segment<E, T>(x, w, two_bytes, over, total);
    for (int t = 0; t < T; ++t) {
      x[t] += E::kStepBytes;
      over[t] += E::kStepBytes;
    }
  }
  for (int t = 0; t < T; ++t) {
    const auto scale = E::set1(scales[t * spans]);
    for (int v = 0; v < E::kVectors; ++v)
      acc[v][t] = E::fma(scale, E::to_float(total[v][t]), acc[v][t]);
  }
}

// y = fma(scale, acc, y), y = fma(offset, sum of x, y); y starts as 0 with the first group.
template <class E, int T>
inline void finish_group(const TileChunk<E>& chunk, int64_t group, int64_t token,
                         typename E::F (*acc)[T]) {
  for (int t = 0; t < T; ++t) {
    float* y = chunk.room.y + (token + t) * kTileRows;
    const auto sum = E::set1(chunk.x.sums[(token + t) * chunk.view.groups + group]);
    for (int v = 0; v < E::kVectors; ++v) {
      const int64_t at = v * E::kLanes;
      const auto before = group == 0 ? E::set1(0.0f) : E::load(y + at);
      const auto scaled =
          E::fma(E::load(chunk.room.scale + group * kTileRows + at), acc[v][t], before);
      E::store(y + at, E::fma(E::load(chunk.room.offset + group * kTileRows + at), sum, scaled));
    }
  }
}

template <class E, int T>
inline void multiply_tokens(const TileChunk<E>& chunk, int64_t token) {
  const CodedRows& x = chunk.x;
  const int64_t group_segments = chunk.view.group / kSegment;
  const std::byte *codes[T], *over[T];
  for (int t = 0; t < T; ++t) {
    codes[t] = E::codes(x, token + t, chunk.begin);
    over[t] = E::over_codes(x, token + t, chunk.begin);
  }
  const int64_t span_segments = x.span / kSegment, first_span = chunk.begin / span_segments;
  const float* scales = x.scales + token * x.spans() + first_span;
  const uint32_t* over_words = x.over_words + token * x.spans() + first_span;
  typename E::F acc[E::kVectors][T];
  for (int v = 0; v < E::kVectors; ++v)
    for (int t = 0; t < T; ++t)
      acc[v][t] = chunk.begin % group_segments == 0
                      ? E::set1(0.0f)
                      : E::load(chunk.room.y + (token + t) * kTileRows + v * E::kLanes);
  int64_t group = chunk.begin / group_segments, group_end = (group + 1) * group_segments;
  const std::byte* w = chunk.room.weights;
  for (int64_t s = chunk.begin; s < chunk.end; s += span_segments) {
    add_span<E, T>(x, codes, over, scales++, over_words++, w, acc);
    if (s + span_segments < group_end) continue;
    finish_group<E, T>(chunk, group, token, acc);
    for (int v = 0; v < E::kVectors; ++v)
      for (int t = 0; t < T; ++t) acc[v][t] = E::set1(0.0f);
    ++group;
    group_end += group_segments;
  }
  if (chunk.end % group_segments == 0) return;
  for (int v = 0; v < E::kVectors; ++v)
    for (int t = 0; t < T; ++t)
      E::store(chunk.room.y + (token + t) * kTileRows + v * E::kLanes, acc[v][t]);
}

template <class E, int T>
inline void multiply_rest(const TileChunk<E>& chunk, int64_t token) {
  if constexpr (T > 0) {
    if (chunk.x.rows - token == T) return multiply_tokens<E, T>(chunk, token);
    multiply_rest<E, T - 1>(chunk, token);
  }
}

template <class E>
inline void unpack_chunk(const Int8MatmulArgs& a, const TileChunk<E>& chunk, int64_t n) {
  for (int64_t half = 0; half < kTileRows; half += 8) {
    const std::byte* rows[8];
    for (int64_t i = 0; i < 8; ++i)
      rows[i] = chunk.view.segment(n + half + i < a.row_end ? n + half + i : n, chunk.begin);
    E::unpack(rows, chunk.view, chunk.end - chunk.begin, chunk.room.weights + half * 4);
  }
}

template <class E>
inline void multiply_tiles(const Int8MatmulArgs& a, const AffineWeights& view) {
  const CodedRows& x = *a.x;
  const TileRoom<E> room(view, x.cols, a.scratch);
  const int64_t step = chunk_columns(view, x.cols) / kSegment, segments = x.cols / kSegment;
  for (int64_t n = a.row_begin; n < a.row_end; n += kTileRows) {
    const int64_t rows = a.row_end - n < kTileRows ? a.row_end - n : kTileRows;
    E::read_scales(*a.weight, view, n, rows, {room.scale, room.offset, kTileRows}, room.decoded);
    for (int64_t s = 0; s < segments; s += step) {
      const TileChunk<E> chunk{x, view, room, s, s + step < segments ? s + step : segments};
      unpack_chunk<E>(a, chunk, n);
      int64_t t = 0;
      for (; t + E::kTokens <= x.rows; t += E::kTokens) multiply_tokens<E, E::kTokens>(chunk, t);
      multiply_rest<E, E::kTokens - 1>(chunk, t);
    }
    for (int64_t t = 0; t < x.rows; ++t)
      std::memcpy(a.y + t * a.y_stride + n, room.y + t * kTileRows,
                  static_cast<size_t>(rows) * sizeof(float));
  }
}

}  // namespace
}  // namespace hearth::kernels
