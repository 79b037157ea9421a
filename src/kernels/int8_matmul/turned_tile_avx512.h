// A few tokens times a chunk of turned rows: four codes of a token meet four of sixteen rows at a
// time.
#pragma once

#include <array>
#include <utility>

#include "kernels/int8_matmul/turned_rows_avx512.h"

namespace hearth::kernels {
namespace {

/// Tokens of a tile: with two sets 12 vectors of sums, 12 of floats, two of W and one of x. So
/// nothing is stored between the spans of a chunk: stores hold up loads whose addresses end in the
/// same 12 bits. Tiles of 4 sets and 6 tokens with their floats in memory lost a third by that.
inline constexpr int kTileTokens = 6;
/// Fewest of one: three tokens or more make tiles of nearly as many each.
inline constexpr int kLeastTileTokens = 3;

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
using TileFns = std::array<TileFn, kTileTokens - kLeastTileTokens + 1>;

template <bool kGroupIsSpan, int R, int... T>
constexpr TileFns tiles_of(std::integer_sequence<int, T...>) {
  return {multiply_tile<R, kLeastTileTokens + T, kGroupIsSpan>...};
}
template <bool kGroupIsSpan, int... R>
constexpr std::array<TileFns, kSets> tiles_of_sets(std::integer_sequence<int, R...>) {
  using Tokens = std::make_integer_sequence<int, kTileTokens - kLeastTileTokens + 1>;
  return {tiles_of<kGroupIsSpan, R + 1>(Tokens())...};
}
// [whether a span is a group][sets - 1][tokens - kLeastTileTokens]
inline constexpr std::array<TileFns, kSets> kTileFns[2] = {
    tiles_of_sets<false>(std::make_integer_sequence<int, kSets>()),
    tiles_of_sets<true>(std::make_integer_sequence<int, kSets>())};

#undef HEARTH_INLINE

}  // namespace
}  // namespace hearth::kernels
