// Many tokens where bytes have dot products: lanes are tokens. Rows of W are unpacked to bytes, a
// chunk of columns of kPanelRows rows at a time, and stay in the second-level cache while all
// panels of tokens pass by; four codes of a row, in every lane, meet four codes of each token.
//
// An engine E is one instruction set: vectors of E::kLanes words; E::dot adds four products of
// bytes in every word; a tile of E::kRows rows and E::kVectors panels has its sums in registers,
// and with one panel left E::kRowsAlone rows.
#pragma once

#include <algorithm>

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/int8_matmul/scales_avx2.h"
#include "kernels/unrolled.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kPanelRows = 48;
inline constexpr int64_t kPanelColumns = 512;  // of a chunk; whole spans

struct PanelRoom {
  std::byte* weights;  // [kPanelRows][kPanelColumns]: rows a constant apart, so one pointer does
  float* scale;        // [groups][kPanelRows]
  float* offset;       // [groups][kPanelRows]
  float* decoded;      // decoded_floats()
  float* y;            // [kPanelRows][tokens, whole panels]
  float* acc;          // the same, of groups that go on in the next chunk

  static int64_t bytes(const AffineWeights& view, int64_t tokens) {
    return kPanelRows * kPanelColumns +
           ((2 * view.groups + 2 * tokens) * kPanelRows + decoded_floats(view)) * 4;
  }
  PanelRoom(const AffineWeights& view, int64_t tokens, std::byte* memory) : weights(memory) {
    scale = reinterpret_cast<float*>(memory + kPanelRows * kPanelColumns);
    offset = scale + view.groups * kPanelRows;
    decoded = offset + view.groups * kPanelRows;
    y = decoded + decoded_floats(view);
    acc = y + kPanelRows * tokens;
  }
};

// Columns [begin, end) of all tokens and of kPanelRows rows.
struct PanelChunk {
  const CodedRows& x;
  const AffineWeights& view;
  const PanelRoom& room;
  int64_t begin;
  int64_t end;
  int64_t tokens;      // whole panels
  int64_t first_span;  // begin / span; divisions take as long as a tile's column
  int64_t first_group;
  bool goes_on;  // with a group that an earlier chunk began
  bool ends_within;
  int64_t spans;  // of a row
};

// Four codes of R rows and V panels at a time.
template <class E, int R, int V>
[[gnu::always_inline]] inline void sum_columns(const std::byte* w, const int8_t* const* x,
                                               int64_t columns, typename E::I (*sums)[V]) {
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) sums[r][v] = E::zero();
  // Four steps at a time: what counts and compares would take the place of products.
  for (int64_t k = 0; k < columns; k += 16) {
    for (int64_t j = k; j < k + 16; j += 4) {
      typename E::I codes[V];
      for (int v = 0; v < V; ++v) codes[v] = E::load_codes(x[v] + j * E::kLanes);
      for (int r = 0; r < R; ++r) {
        const auto row = E::four_codes(w + r * kPanelColumns + j);
        for (int v = 0; v < V; ++v) E::dot(sums[r][v], row, codes[v]);
      }
    }
  }
}

// The products with second bytes of one panel, of the words that have some. Not inlined, and into
// an array of its own, so that what rarely runs does not take registers from what always does.
template <class E, int R>
[[gnu::noinline]] void sum_over(const std::byte* w, const int8_t* over, uint32_t words,
                                typename E::I* sums) {
  for (int r = 0; r < R; ++r) sums[r] = E::zero();
  for (; words != 0; words &= words - 1) {
    const int64_t k = kWordColumns * __builtin_ctz(words);
    const auto codes = E::load_codes(over + k * E::kLanes);
    for (int r = 0; r < R; ++r) E::dot(sums[r], E::four_codes(w + r * kPanelColumns + k), codes);
  }
}

// y = fma(scale, acc, y), y = fma(offset, sum of x, y); y starts as 0 with the first group.
template <class E, int R, int V, class AccOf>
[[gnu::always_inline]] inline void finish_panel_group(const PanelChunk& chunk, int64_t group,
                                                      int64_t row, int64_t panel, AccOf&& acc_of) {
  const float* scales = chunk.room.scale + group * kPanelRows + row;
  const float* offsets = chunk.room.offset + group * kPanelRows + row;
  const float* sums = chunk.x.sums + (panel * chunk.view.groups + group) * E::kLanes;
  float* y = chunk.room.y + row * chunk.tokens + panel * E::kLanes;
  unrolled<R>([&](auto r) HEARTH_INLINE {
    const auto scale = E::set1(scales[r]), offset = E::set1(offsets[r]);
    unrolled<V>([&](auto v) HEARTH_INLINE {
      float* to = y + r * chunk.tokens + v * E::kLanes;
      const auto before = group == 0 ? E::set1(0.0f) : E::load(to);
      const auto sum = E::load(sums + v * chunk.view.groups * E::kLanes);
      E::store(to, E::fma(offset, sum, E::fma(scale, acc_of(r, v), before)));
    });
  });
}

// Where a tile stands.
template <int V>
struct PanelPointers {
  const int8_t* codes[V];
  const int8_t* over[V];
  const float* scales[V];
  const uint32_t* over_words[V];

  PanelPointers(const PanelChunk& chunk, int64_t panel, int64_t lanes) {
    for (int v = 0; v < V; ++v) {
      const int64_t code = ((panel + v) * chunk.x.cols + chunk.begin) * lanes;
      const int64_t first = ((panel + v) * chunk.spans + chunk.first_span) * lanes;
      codes[v] = chunk.x.codes + code;
      over[v] = chunk.x.over + code;
      scales[v] = chunk.x.scales + first;
      over_words[v] = chunk.x.over_words + first;
    }
  }
  void next_span(int64_t span, int64_t lanes) {
    for (int v = 0; v < V; ++v) {
      codes[v] += span * lanes;
      over[v] += span * lanes;
      scales[v] += lanes;
      over_words[v] += lanes;
    }
  }
};

// Words of a span in which a token of the panel has second bytes.
template <class E>
[[gnu::always_inline]] inline uint32_t words_over(const uint32_t* over_words) {
  uint32_t words = 0;
  for (int64_t t = 0; t < E::kLanes; ++t) words |= over_words[t];
  return words;
}

// sums[r][v] of one span, whatever the bytes of a code.
template <class E, int R, int V>
[[gnu::always_inline]] inline void sum_panels(const std::byte* w, const PanelPointers<V>& at,
                                              int64_t span, typename E::I (*sums)[V]) {
  sum_columns<E, R, V>(w, at.codes, span, sums);
  for (int v = 0; v < V; ++v) {
    const uint32_t words = words_over<E>(at.over_words[v]);
    if (words == 0) [[likely]]
      continue;
    typename E::I over[R];
    sum_over<E, R>(w, at.over[v], words, over);
    for (int r = 0; r < R; ++r) sums[r][v] = E::add_over(sums[r][v], over[r]);
  }
}

// Rows [row, row + R) of the chunk, panels [panel, panel + V), where a span is a group.
template <class E, int R, int V>
inline void multiply_group_spans(const PanelChunk& chunk, int64_t row, int64_t panel) {
  const int64_t span = chunk.x.span;
  const std::byte* w = chunk.room.weights + row * kPanelColumns;
  PanelPointers<V> at(chunk, panel, E::kLanes);
  int64_t group = chunk.first_group;
  for (int64_t k = chunk.begin; k < chunk.end; k += span, w += span) {
    typename E::I sums[R][V];
    sum_panels<E, R, V>(w, at, span, sums);
    finish_panel_group<E, R, V>(chunk, group++, row, panel, [&](auto r, auto v) HEARTH_INLINE {
      return E::mul(E::load(at.scales[v]), E::to_float(sums[r][v]));
    });
    at.next_span(span, E::kLanes);
  }
}

// The same where a group has several spans, and may go on in another chunk.
template <class E, int R, int V>
inline void multiply_spans(const PanelChunk& chunk, int64_t row, int64_t panel) {
  const int64_t span = chunk.x.span;
  const std::byte* w = chunk.room.weights + row * kPanelColumns;
  PanelPointers<V> at(chunk, panel, E::kLanes);
  typename E::F acc[R][V];
  float* kept = chunk.room.acc + row * chunk.tokens + panel * E::kLanes;
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v)
      acc[r][v] = chunk.goes_on ? E::load(kept + r * chunk.tokens + v * E::kLanes) : E::set1(0.0f);
  int64_t group = chunk.first_group, group_end = (group + 1) * chunk.view.group;
  for (int64_t k = chunk.begin; k < chunk.end; k += span, w += span) {
    typename E::I sums[R][V];
    sum_panels<E, R, V>(w, at, span, sums);
    for (int v = 0; v < V; ++v) {
      const auto scale = E::load(at.scales[v]);
      for (int r = 0; r < R; ++r) acc[r][v] = E::fma(scale, E::to_float(sums[r][v]), acc[r][v]);
    }
    at.next_span(span, E::kLanes);
    if (k + span < group_end) continue;
    finish_panel_group<E, R, V>(chunk, group++, row, panel,
                                [&](auto r, auto v) HEARTH_INLINE { return acc[r][v]; });
    group_end += chunk.view.group;
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < V; ++v) acc[r][v] = E::set1(0.0f);
  }
  if (!chunk.ends_within) return;
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) E::store(kept + r * chunk.tokens + v * E::kLanes, acc[r][v]);
}

template <class E, int R, int V>
inline void multiply_panel_tile(const PanelChunk& chunk, int64_t row, int64_t panel) {
  if (chunk.x.span == chunk.view.group) return multiply_group_spans<E, R, V>(chunk, row, panel);
  multiply_spans<E, R, V>(chunk, row, panel);
}

// Codes of the rows that are unpacked next, to be asked for while those of before are multiplied: a
// tile's share at a time, since a core can wait for some fifty lines only.
struct NextCodes {
  const std::byte* data;
  int64_t row_bytes;
  int64_t rows;
  int64_t bytes;  // of a row

  void prefetch(int64_t first, int64_t count) const {
    for (int64_t r = first; r < first + count && r < rows; ++r)
      for (int64_t i = 0; i < bytes; i += 64)
        _mm_prefetch(reinterpret_cast<const char*>(data + r * row_bytes + i), _MM_HINT_T1);
  }
};

// Rows in tiles of R, then of what is left of R, an even number; `next` may be null.
template <class E, int R, int V>
inline void multiply_panel_rows(const PanelChunk& chunk, int64_t rows, int64_t panel,
                                const NextCodes* next, int64_t row = 0) {
  for (; row + R <= rows; row += R) {
    if (next != nullptr) next->prefetch(row, R);
    multiply_panel_tile<E, R, V>(chunk, row, panel);
  }
  if constexpr (R > 2) {
    if (row < rows) multiply_panel_rows<E, R - 2, V>(chunk, rows, panel, next, row);
  }
}

template <class E>
inline void multiply_panels(const PanelChunk& chunk, int64_t rows, const NextCodes& next) {
  const int64_t panels = chunk.tokens / E::kLanes;
  rows += rows % 2;  // an odd last row has a neighbour that nobody reads
  int64_t panel = 0;
  const auto asked_for = [&] { return panel == 0 ? &next : nullptr; };
  for (; panel + E::kVectors <= panels; panel += E::kVectors)
    multiply_panel_rows<E, E::kRows, E::kVectors>(chunk, rows, panel, asked_for());
  for (; panel < panels; ++panel)
    multiply_panel_rows<E, E::kRowsAlone, 1>(chunk, rows, panel, asked_for());
}

// y[token][n + r] from [rows][tokens], by squares of eight; all rows of some tokens before the
// next, since rows of y often begin in one set of the cache and push each other out.
inline void turn_panels(const Int8MatmulArgs& a, const float* y, int64_t stride, int64_t n,
                        int64_t rows) {
  const int64_t tokens = a.x->rows;
  for (int64_t t = 0; t < tokens; t += 8) {
    const int64_t count = tokens - t < 8 ? tokens - t : 8;
    for (int64_t r = 0; r < rows; r += 8) {
      __m256i square[8];
      for (int64_t i = 0; i < 8; ++i)
        square[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(y + (r + i) * stride + t));
      transpose(square);
      float* to = a.y + t * a.y_stride + n + r;
      for (int64_t i = 0; i < count; ++i, to += a.y_stride) {
        if (r + 8 <= rows) {
          _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), square[i]);
        } else {
          Avx2::store_partial(to, _mm256_castsi256_ps(square[i]), rows - r);
        }
      }
    }
  }
}

// Of the chunk after the one of rows from n on that ends at column `end`.
inline NextCodes next_codes(const Int8MatmulArgs& a, const AffineWeights& view, int64_t n,
                            int64_t end) {
  const bool row_is_done = end == a.x->cols;
  const int64_t first = row_is_done ? n + kPanelRows : n;
  const int64_t begin = row_is_done ? 0 : end;
  const int64_t columns = std::min(kPanelColumns, a.x->cols - begin);
  return {view.segment(first, begin / kSegment), view.row_bytes,
          std::clamp<int64_t>(a.row_end - first, 0, kPanelRows),
          columns / kSegment * view.segment_bytes};
}

template <class E>
inline void multiply_by_panels(const Int8MatmulArgs& a, const AffineWeights& view,
                               void (*multiply)(const PanelChunk&, int64_t, const NextCodes&)) {
  const CodedRows& x = *a.x;
  const int64_t tokens = (x.rows + E::kLanes - 1) / E::kLanes * E::kLanes;
  const PanelRoom room(view, tokens, a.scratch);
  for (int64_t n = a.row_begin; n < a.row_end; n += kPanelRows) {
    const int64_t rows = std::min(a.row_end - n, kPanelRows);
    for (int64_t i = 0; i < rows; i += kScaleRows)
      read_eight_rows(*a.weight, view, n + i, rows - i,
                      {room.scale + i, room.offset + i, kPanelRows}, room.decoded);
    for (int64_t k = 0; k < x.cols; k += kPanelColumns) {
      const int64_t end = std::min(k + kPanelColumns, x.cols);
      const PanelChunk chunk{x,
                             view,
                             room,
                             k,
                             end,
                             tokens,
                             k / x.span,
                             k / view.group,
                             k % view.group != 0,
                             end % view.group != 0,
                             x.spans()};
      for (int64_t i = 0; i < rows; ++i)
        E::unpack(view, view.segment(n + i, k / kSegment), chunk.end - k,
                  room.weights + i * kPanelColumns);
      multiply(chunk, rows, next_codes(a, view, n, end));
    }
    turn_panels(a, room.y, tokens, n, rows);
  }
}

}  // namespace
}  // namespace hearth::kernels
