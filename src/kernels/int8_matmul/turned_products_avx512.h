// More than a few tokens with AVX-512: rows are lanes. Some columns of 32 rows are unpacked to
// bytes and turned, so that four codes of sixteen rows are one vector; they stay in the first-level
// cache while all tokens pass by, four codes of a token meeting four of sixteen rows at a time.
// Nothing is spent on lanes without a token, and what the codes of a token need besides (a second
// byte), only that token pays for.
//
// Turning 128 columns of sixteen rows takes 64 shuffles once; rows as they lie
// (row_products_avx512.h) take 45 of them and sums for every token.
#pragma once

#include <array>
#include <utility>

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/int8_matmul/row_codes_avx512.h"
#include "kernels/int8_matmul/row_scales_avx512.h"

namespace hearth::kernels {
namespace {

/// A chunk is 16 KB of bytes, a third of the first-level cache: with 32 KB, turning took 1.7 times
/// as long.
inline constexpr int kSets = 2;  // sixteen rows each
inline constexpr int64_t kTurnedRows = kSets * kSixteen;
inline constexpr int64_t kTurnedColumns = 512;  // whole spans, whole steps of every layout
inline constexpr int64_t kWordBytes = 4;
inline constexpr int64_t kStepBytes = kTurnedRows * kWordBytes;  // four columns of all rows
/// Tokens of a tile: with two sets 12 vectors of sums, 12 of floats, two of W and one of x. So
/// nothing is stored between the spans of a chunk: stores hold up loads whose addresses end in the
/// same 12 bits. Tiles of 4 sets and 6 tokens with their floats in memory lost a third by that.
inline constexpr int kTileTokens = 6;

struct TurnedRoom {
  std::byte* weights;  // [kTurnedColumns / 4][kSets][16][4]
  float* y;            // [tokens][kTurnedRows]
  float* acc;          // the same, of groups that are not done
  float* scale;        // [groups][kTurnedRows]
  float* offset;       // [groups][kTurnedRows]
  float* decoded;      // of DecodedScales

  static int64_t bytes(const AffineWeights& view, int64_t tokens) {
    return kTurnedColumns * kTurnedRows + (2 * tokens + 4 * view.groups) * kTurnedRows * 4;
  }
  TurnedRoom(const AffineWeights& view, int64_t tokens, std::byte* memory) : weights(memory) {
    y = reinterpret_cast<float*>(memory + kTurnedColumns * kTurnedRows);
    acc = y + tokens * kTurnedRows;
    scale = acc + tokens * kTurnedRows;
    offset = scale + view.groups * kTurnedRows;
    decoded = offset + view.groups * kTurnedRows;
  }
  LaneScales scales(int64_t set) const {
    return {scale + set * kSixteen, offset + set * kSixteen, kTurnedRows};
  }
};

// Codes that are unpacked next, asked for a few lines at a time while those of before are worked
// on: a core can wait for some fifty lines only.
class ComingCodes {
 public:
  ComingCodes() = default;
  ComingCodes(const AffineWeights& view, int64_t first, int64_t rows, int64_t begin,
              int64_t columns)
      : row_(view.segment(first, begin / kSegment) - view.header),
        row_bytes_(view.row_bytes),
        bytes_(columns / kSegment * view.segment_bytes),
        rows_(rows) {}

  int64_t lines() const { return rows_ * ((bytes_ + 63) / 64); }
  void ask_for(int64_t lines) {
    while (lines > 0 && rows_ > 0) {
      const int64_t here = std::min(lines, (bytes_ - at_ + 63) / 64);
      for (int64_t i = 0; i < here; ++i)
        _mm_prefetch(reinterpret_cast<const char*>(row_) + at_ + i * 64, _MM_HINT_T0);
      lines -= here;
      at_ += here * 64;
      if (at_ < bytes_) continue;
      at_ = 0;
      row_ += row_bytes_;
      --rows_;
    }
  }

 private:
  const std::byte* row_ = nullptr;
  int64_t row_bytes_ = 0;
  int64_t bytes_ = 0;  // of each row
  int64_t rows_ = 0;
  int64_t at_ = 0;
};

// Columns [begin, end) of the rows from `n` on.
struct TurnedChunk {
  const Int8MatmulArgs& args;
  const AffineWeights& view;
  const TurnedRoom& room;
  int64_t n;
  int64_t rows;
  int64_t begin;
  int64_t end;
  int64_t spans;  // of a row; divisions take as long as a step of work
  int64_t first_span;
  int64_t first_group;
  int64_t lines;  // to ask for with every step of work
};

// Unpacks columns of sixteen rows, whose codes begin at `row` and after; `out` is of their set.
template <RowLayout kLayout, bool kWhole>
[[gnu::always_inline]] inline void turn_step(const AffineWeights& view, const std::byte* row,
                                             const SixteenRows& rows, int64_t column,
                                             int64_t columns, std::byte* out) {
  __m512i v[kSixteen];
  for (int64_t i = 0; i < kSixteen; ++i) {
    v[i] = load_codes<kLayout, kWhole>(view, row, column / kSegment, columns);
    if (i + 1 < rows.count) row += view.row_bytes;
    // One pointer that moves on: sixteen would not fit the registers, and took turns in vectors.
    asm("" : "+r"(row));
  }
  if (view.flip != 0) {
    const __m512i flip = _mm512_set1_epi8(static_cast<char>(view.flip));
    for (__m512i& codes : v) codes = _mm512_xor_si512(codes, flip);
  }
  transpose16(v);
  const auto put = [out](int64_t word, __m512i codes) {
    _mm512_store_si512(out + word * kStepBytes, codes);
  };
  if constexpr (has_nibbles(kLayout)) {
    // A segment is four words of low nibbles, then four of high ones.
    const __m512i mask = _mm512_set1_epi8(15);
    for (int64_t j = 0; j < kSixteen; ++j) {
      const int64_t word = j / 4 * 8 + j % 4;
      put(word, _mm512_and_si512(v[j], mask));
      put(word + 4, _mm512_and_si512(_mm512_srli_epi16(v[j], 4), mask));
    }
  } else {
    for (int64_t j = 0; j < kSixteen; ++j) put(j, v[j]);
  }
}

template <RowLayout kLayout>
inline void turn_chunk(const TurnedChunk& c, ComingCodes& coming) {
  constexpr int64_t kStep = columns_at_once(kLayout);
  for (int64_t set = 0; set * kSixteen < c.rows; ++set) {
    const SixteenRows rows{c.n + set * kSixteen, 1, std::min(c.rows - set * kSixteen, kSixteen)};
    const std::byte* first = c.view.segment(rows.first, 0);
    std::byte* out = c.room.weights + set * kSixteen * kWordBytes;
    for (int64_t k = c.begin; k < c.end; k += kStep) {
      coming.ask_for(c.lines);
      std::byte* to = out + (k - c.begin) / kWordBytes * kStepBytes;
      if (k + kStep <= c.end) {
        turn_step<kLayout, true>(c.view, first, rows, k, kStep, to);
      } else {
        turn_step<kLayout, false>(c.view, first, rows, k, c.end - k, to);
      }
    }
    if constexpr (has_headers(kLayout)) {
      const HeaderScales headers(c.view, rows);
      const LaneScales scales = c.room.scales(set);
      for (int64_t g = c.begin / c.view.group; g < c.end / c.view.group; ++g) {
        __m512 scale, offset;
        headers.read(c.view, g, &scale, &offset);
        _mm512_storeu_ps(scales.scale + g * scales.stride, scale);
        _mm512_storeu_ps(scales.offset + g * scales.stride, offset);
      }
    }
  }
}

// body(0) to body(N - 1), each by itself: GCC 12 keeps vectors that a loop indexes in memory.
template <class Body, int... I>
[[gnu::always_inline]] inline void unroll(Body&& body, std::integer_sequence<int, I...>) {
  (body(std::integral_constant<int, I>()), ...);
}
template <int N, class Body>
[[gnu::always_inline]] inline void unrolled(Body&& body) {
  unroll(body, std::make_integer_sequence<int, N>());
}
#define HEARTH_INLINE __attribute__((always_inline))

// visit(t, r) for T tokens and R sets.
template <int R, int T, class Visit>
[[gnu::always_inline]] inline void each(Visit&& visit) {
  unrolled<T>([&](auto t)
                  HEARTH_INLINE { unrolled<R>([&](auto r) HEARTH_INLINE { visit(t, r); }); });
}

// sums[t][r] of `columns` columns of T tokens, whose codes are `stride` bytes apart, and R sets.
template <int R, int T>
[[gnu::always_inline]] inline void sum_turned(const std::byte* w, const int8_t* x, int64_t stride,
                                              int64_t columns, __m512i (&sums)[T][R]) {
  // A dot product takes five cycles and two begin in each: fewer than ten sums would wait for
  // themselves.
  constexpr int kParts = T * R >= 10 ? 1 : (T * R >= 5 ? 2 : 4);
  __m512i parts[kParts][T][R];
  unrolled<kParts>([&](auto p) HEARTH_INLINE {
    each<R, T>([&](auto t, auto r) HEARTH_INLINE { parts[p][t][r] = no_sums(); });
  });
  for (int64_t k = 0; k < columns; k += 16, w += 4 * kStepBytes) {
    unrolled<4>([&](auto j) HEARTH_INLINE {
      __m512i rows[R];
      unrolled<R>([&](auto r)
                      HEARTH_INLINE { rows[r] = _mm512_load_si512(w + j * kStepBytes + r * 64); });
      unrolled<T>([&](auto t) HEARTH_INLINE {
        int32_t four;
        std::memcpy(&four, x + t * stride + k + j * kWordBytes, sizeof(four));
        const __m512i codes = _mm512_set1_epi32(four);
        unrolled<R>([&](auto r)
                        HEARTH_INLINE { dot_bytes(parts[j % kParts][t][r], rows[r], codes); });
      });
    });
  }
  each<R, T>([&](auto t, auto r) HEARTH_INLINE {
    sums[t][r] = parts[0][t][r];
    unrolled<kParts - 1>([&](auto p) HEARTH_INLINE {
      sums[t][r] = _mm512_add_epi32(sums[t][r], parts[p + 1][t][r]);
    });
  });
}

// sums = sums * steps + the products with the low codes, for the tokens of a tile that have any.
// Not inlined, and on an array of its own, so that what rarely runs does not take registers from
// what always does.
template <int R, int T>
[[gnu::noinline]] void add_low_codes(const std::byte* w, const CodedRows& x, int64_t token,
                                     int64_t column, const int32_t* steps, int64_t spans,
                                     __m512i (*sums)[R]) {
  for (int64_t t = 0; t < T; ++t) {
    if (steps[t * spans] == 1) continue;
    __m512i low[1][R];
    sum_turned<R, 1>(w, x.low + (token + t) * x.cols + column, 0, x.span, low);
    const __m512i factor = _mm512_set1_epi32(steps[t * spans]);
    for (int r = 0; r < R; ++r)
      sums[t][r] = _mm512_add_epi32(_mm512_mullo_epi32(sums[t][r], factor), low[0][r]);
  }
}

// R sets of the chunk and tokens [token, token + T). With kGroupIsSpan the floats that stay in
// registers are those of y, else those of the group.
template <int R, int T, bool kGroupIsSpan>
void multiply_tile(const TurnedChunk& c, int64_t token, ComingCodes& coming) {
  const CodedRows& x = *c.args.x;
  const int8_t* codes = x.high + token * x.cols;
  const std::byte* w = c.room.weights;
  const int32_t* steps = x.steps + token * c.spans + c.first_span;
  const float* scales = x.scales + token * c.spans + c.first_span;
  const float* sums_of_x = x.sums + token * c.view.groups + c.first_group;
  const float* scale = c.room.scale + c.first_group * kTurnedRows;
  const float* offset = c.room.offset + c.first_group * kTurnedRows;
  float* y = c.room.y + token * kTurnedRows;
  float* kept = kGroupIsSpan ? y : c.room.acc + token * kTurnedRows;
  int64_t in_group = c.begin - c.first_group * c.view.group;
  __m512 floats[T][R];
  each<R, T>([&](auto t, auto r) HEARTH_INLINE {
    floats[t][r] = kGroupIsSpan || in_group > 0 ? _mm512_loadu_ps(kept + t * kTurnedRows + r * 16)
                                                : _mm512_setzero_ps();
  });
  // y = fma(scale, acc, y), then y = fma(offset, sum, y).
  const auto finish = [&](auto t, auto r, __m512 acc, __m512 before) HEARTH_INLINE {
    const __m512 scaled = _mm512_fmadd_ps(_mm512_loadu_ps(scale + r * kSixteen), acc, before);
    return _mm512_fmadd_ps(_mm512_loadu_ps(offset + r * kSixteen),
                           _mm512_set1_ps(sums_of_x[t * c.view.groups]), scaled);
  };
  for (int64_t k = c.begin; k < c.end; k += x.span) {
    coming.ask_for(c.lines);
    __m512i sums[T][R];
    sum_turned<R, T>(w, codes + k, x.cols, x.span, sums);
    int32_t all = 0;
    unrolled<T>([&](auto t) HEARTH_INLINE { all |= steps[t * c.spans]; });
    if (all != 1) [[unlikely]] {
      __m512i both[T][R];
      each<R, T>([&](auto t, auto r) HEARTH_INLINE { both[t][r] = sums[t][r]; });
      add_low_codes<R, T>(w, x, token, k, steps, c.spans, both);
      each<R, T>([&](auto t, auto r) HEARTH_INLINE { sums[t][r] = both[t][r]; });
    }
    in_group += x.span;
    const bool ends = in_group == c.view.group;
    each<R, T>([&](auto t, auto r) HEARTH_INLINE {
      const __m512 s = _mm512_set1_ps(scales[t * c.spans]);
      const __m512 sum = _mm512_cvtepi32_ps(sums[t][r]);
      if constexpr (kGroupIsSpan) {
        floats[t][r] = finish(t, r, _mm512_mul_ps(s, sum), floats[t][r]);
      } else {
        floats[t][r] = _mm512_fmadd_ps(s, sum, floats[t][r]);
      }
    });
    if (ends) {
      if constexpr (!kGroupIsSpan) {
        each<R, T>([&](auto t, auto r) HEARTH_INLINE {
          float* to = y + t * kTurnedRows + r * kSixteen;
          _mm512_storeu_ps(to, finish(t, r, floats[t][r], _mm512_loadu_ps(to)));
          floats[t][r] = _mm512_setzero_ps();
        });
      }
      in_group = 0;
      scale += kTurnedRows;
      offset += kTurnedRows;
      ++sums_of_x;
    }
    ++scales;
    ++steps;
    w += x.span / kWordBytes * kStepBytes;
  }
  each<R, T>([&](auto t, auto r) HEARTH_INLINE {
    _mm512_storeu_ps(kept + t * kTurnedRows + r * kSixteen, floats[t][r]);
  });
}

using TileFn = void (*)(const TurnedChunk&, int64_t, ComingCodes&);
using TileFns = std::array<TileFn, kTileTokens>;

template <bool kGroupIsSpan, int R, int... T>
constexpr TileFns tiles_of(std::integer_sequence<int, T...>) {
  return {multiply_tile<R, T + 1, kGroupIsSpan>...};
}
template <bool kGroupIsSpan, int... R>
constexpr std::array<TileFns, kSets> tiles_of_sets(std::integer_sequence<int, R...>) {
  return {tiles_of<kGroupIsSpan, R + 1>(std::make_integer_sequence<int, kTileTokens>())...};
}
// [whether a span is a group][sets - 1][tokens - 1]
inline constexpr std::array<TileFns, kSets> kTileFns[2] = {
    tiles_of_sets<false>(std::make_integer_sequence<int, kSets>()),
    tiles_of_sets<true>(std::make_integer_sequence<int, kSets>())};

// All tokens, in tiles of nearly as many each.
inline void multiply_chunk(const TurnedChunk& c, int64_t tiles, ComingCodes& coming) {
  const bool group_is_span = c.args.x->span == c.view.group;
  const TileFns& fns = kTileFns[group_is_span][static_cast<size_t>((c.rows - 1) / kSixteen)];
  const int64_t tokens = c.args.x->rows;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t token = tokens * i / tiles, end = tokens * (i + 1) / tiles;
    fns[static_cast<size_t>(end - token - 1)](c, token, coming);
  }
}

template <RowLayout kLayout>
inline void multiply_layout(const Int8MatmulArgs& a, const AffineWeights& view) {
  const CodedRows& x = *a.x;
  const TurnedRoom room(view, x.rows, a.scratch);
  const DecodedScales decoded(*a.weight, view, kTurnedRows, room.decoded);
  const int64_t tiles = (x.rows + kTileTokens - 1) / kTileTokens;
  const auto rows_from = [&](int64_t n) {
    return std::clamp<int64_t>(a.row_end - n, 0, kTurnedRows);
  };
  for (int64_t n = a.row_begin; n < a.row_end; n += kTurnedRows) {
    const int64_t rows = rows_from(n);
    if (view.header == 0) {
      decoded.read(n, rows, 0);
      for (int64_t set = 0; set * kSixteen < rows; ++set)
        decoded.turn({set * kSixteen, 1, std::min(rows - set * kSixteen, kSixteen)},
                     room.scales(set));
      prefetch_scales(*a.weight, view, n + kTurnedRows, rows_from(n + kTurnedRows));
    }
    std::memset(room.y, 0, static_cast<size_t>(x.rows * kTurnedRows) * sizeof(float));
    for (int64_t k = 0; k < x.cols; k += kTurnedColumns) {
      const int64_t end = std::min(k + kTurnedColumns, x.cols);
      const bool is_last = end == x.cols;
      const int64_t begin = is_last ? 0 : end, first = is_last ? n + kTurnedRows : n;
      ComingCodes coming(view, first, rows_from(first), begin,
                         std::min(x.cols - begin, kTurnedColumns));
      const int64_t turns = (end - k + columns_at_once(kLayout) - 1) / columns_at_once(kLayout);
      const int64_t work = (rows + kSixteen - 1) / kSixteen * turns + tiles * ((end - k) / x.span);
      const TurnedChunk chunk{a,
                              view,
                              room,
                              n,
                              rows,
                              k,
                              end,
                              x.spans(),
                              k / x.span,
                              k / view.group,
                              (coming.lines() + work - 1) / work};
      turn_chunk<kLayout>(chunk, coming);
      multiply_chunk(chunk, tiles, coming);
    }
    for (int64_t t = 0; t < x.rows; ++t)
      for (int64_t i = 0; i < rows; i += kSixteen)
        Avx512::store_partial(a.y + t * a.y_stride + n + i,
                              _mm512_loadu_ps(room.y + t * kTurnedRows + i),
                              std::min(rows - i, kSixteen));
  }
}

inline void multiply_turned(const Int8MatmulArgs& a, const AffineWeights& view) {
  with_row_layout(view, [&]<RowLayout kLayout>() { multiply_layout<kLayout>(a, view); });
}

}  // namespace
}  // namespace hearth::kernels
