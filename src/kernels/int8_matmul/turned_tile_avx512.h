// A panel of tokens times a chunk of turned rows: four codes of a token meet four of sixteen rows
// at a time.
#pragma once

#include "kernels/int8_matmul/few_tile_avx512.h"
#include "kernels/int8_matmul/turned_rows_avx512.h"

namespace hearth::kernels {
namespace {

/// Tokens of a tile, a panel of them. With four sets sixteen vectors of sums (a dot product takes
/// five cycles and two begin in each), four of W and one of x; floats are in memory between spans.
inline constexpr int kTileTokens = static_cast<int>(kLanes);

// visit(t, r) for the tokens of a tile and R sets.
template <int R, class Visit>
[[gnu::always_inline]] inline void each(Visit&& visit) {
  unrolled<kTileTokens>(
      [&](auto t) HEARTH_INLINE { unrolled<R>([&](auto r) HEARTH_INLINE { visit(t, r); }); });
}

// sums[t][r] of `columns` columns of a panel; x has [columns / 4][kLanes][4].
template <int R>
[[gnu::always_inline]] inline void sum_turned(const std::byte* w, const int8_t* x, int64_t columns,
                                              __m512i (&sums)[kTileTokens][R]) {
  // A dot product takes five cycles and two begin in each.
  constexpr int kParts = R >= 3 ? 1 : R == 2 ? 2 : 4;
  __m512i parts[kParts][kTileTokens][R];
  unrolled<kParts>([&](auto p) HEARTH_INLINE {
    each<R>([&](auto t, auto r) HEARTH_INLINE { parts[p][t][r] = no_sums(); });
  });
  constexpr int64_t kWords = 4;  // at once
  for (int64_t k = 0; k < columns; k += kWords * kWordBytes) {
    unrolled<kWords>([&](auto j) HEARTH_INLINE {
      __m512i rows[R];
      unrolled<R>([&](auto r)
                      HEARTH_INLINE { rows[r] = _mm512_load_si512(w + j * kStepBytes + r * 64); });
      unrolled<kTileTokens>([&](auto t) HEARTH_INLINE {
        int32_t four;
        std::memcpy(&four, x + (j * kLanes + t) * kWordBytes, sizeof(four));
        const __m512i codes = _mm512_set1_epi32(four);
        unrolled<R>([&](auto r)
                        HEARTH_INLINE { dot_bytes(parts[j % kParts][t][r], rows[r], codes); });
      });
    });
    w += kWords * kStepBytes;
    x += kWords * kWordBytes * kLanes;
  }
  each<R>([&](auto t, auto r) HEARTH_INLINE {
    sums[t][r] = parts[0][t][r];
    unrolled<kParts - 1>([&](auto p) HEARTH_INLINE {
      sums[t][r] = _mm512_add_epi32(sums[t][r], parts[p + 1][t][r]);
    });
  });
}

// Adds the products of a span with second bytes, for those tokens that have some. Not inlined, and
// on an array of its own, so that what rarely runs does not take registers from what always does.
template <int R>
[[gnu::noinline]] void add_second_bytes(const std::byte* w, const int8_t* over,
                                        const uint32_t* over_words,
                                        __m512i (&sums)[kTileTokens][R]) {
  for (int t = 0; t < kTileTokens; ++t, over += kWordBytes) {
    uint32_t words = over_words[t];
    if (words == 0) continue;
    __m512i second[R];
    unrolled<R>([&](auto r) HEARTH_INLINE { second[r] = no_sums(); });
    for (; words != 0; words &= words - 1) {
      const int64_t word = __builtin_ctz(words);
      int32_t four;
      std::memcpy(&four, over + word * kLanes * kWordBytes, sizeof(four));
      const __m512i codes = _mm512_set1_epi32(four);
      unrolled<R>([&](auto r) HEARTH_INLINE {
        dot_bytes(second[r], _mm512_load_si512(w + word * kStepBytes + r * kVectorBytes), codes);
      });
    }
    unrolled<R>([&](auto r) HEARTH_INLINE { sums[t][r] = add_over(sums[t][r], second[r]); });
  }
}

// R sets of the chunk and a panel of tokens.
template <int R, bool kGroupIsSpan>
void multiply_tile(const TurnedChunk& c, int64_t panel, ComingCodes& coming) {
  const CodedRows& x = *c.args.x;
  const int64_t first_code = (panel * x.cols + c.begin) * kLanes;
  const int8_t* codes = x.codes + first_code;
  const int8_t* over = x.over + first_code;
  const std::byte* w = c.room.weights;
  const uint32_t* over_words = x.over_words + (panel * c.spans + c.first_span) * kLanes;
  const float* scales = x.scales + (panel * c.spans + c.first_span) * kLanes;
  const float* sums_of_x = x.sums + (panel * c.view.groups + c.first_group) * kLanes;
  const float* scale = c.room.scale + c.first_group * kTurnedRows;
  const float* offset = c.room.offset + c.first_group * kTurnedRows;
  float* y = c.room.y + panel * kLanes * kTurnedRows;
  float* acc = c.room.acc + panel * kLanes * kTurnedRows;
  int64_t in_group = c.begin - c.first_group * c.view.group;
  // y = fma(scale, acc, y), then y = fma(offset, sum, y).
  const auto finish = [&](auto t, auto r, __m512 of_group) HEARTH_INLINE {
    float* to = y + t * kTurnedRows + r * kSixteen;
    const __m512 product =
        _mm512_fmadd_ps(_mm512_loadu_ps(scale + r * kSixteen), of_group, _mm512_loadu_ps(to));
    _mm512_storeu_ps(to, _mm512_fmadd_ps(_mm512_loadu_ps(offset + r * kSixteen),
                                         _mm512_set1_ps(sums_of_x[t]), product));
  };
  for (int64_t k = c.begin; k < c.end; k += x.span) {
    coming.ask_for(c.lines);
    // The next panel's codes: it begins far from where this one ends.
    for (int64_t i = 0; i < x.span * kLanes; i += 64)
      Avx512::prefetch(reinterpret_cast<uintptr_t>(codes + x.cols * kLanes + i));
    __m512i sums[kTileTokens][R];
    sum_turned<R>(w, codes, x.span, sums);
    if (any_over<kTileTokens>(over_words)) [[unlikely]] {
      __m512i both[kTileTokens][R];
      each<R>([&](auto t, auto r) HEARTH_INLINE { both[t][r] = sums[t][r]; });
      add_second_bytes<R>(w, over, over_words, both);
      each<R>([&](auto t, auto r) HEARTH_INLINE { sums[t][r] = both[t][r]; });
    }
    const bool begins = in_group == 0;
    in_group += x.span;
    const bool ends = in_group == c.view.group;
    if constexpr (kGroupIsSpan) {
      each<R>([&](auto t, auto r) HEARTH_INLINE {
        const __m512 s = _mm512_set1_ps(scales[t]);
        finish(t, r, _mm512_mul_ps(s, _mm512_cvtepi32_ps(sums[t][r])));
      });
    } else {
      if (begins)
        each<R>([&](auto t, auto r) HEARTH_INLINE {
          _mm512_storeu_ps(acc + t * kTurnedRows + r * kSixteen, _mm512_setzero_ps());
        });
      each<R>([&](auto t, auto r) HEARTH_INLINE {
        float* to = acc + t * kTurnedRows + r * kSixteen;
        _mm512_storeu_ps(to, _mm512_fmadd_ps(_mm512_set1_ps(scales[t]),
                                             _mm512_cvtepi32_ps(sums[t][r]), _mm512_loadu_ps(to)));
      });
      if (ends)
        each<R>([&](auto t, auto r) HEARTH_INLINE {
          finish(t, r, _mm512_loadu_ps(acc + t * kTurnedRows + r * kSixteen));
        });
    }
    if (ends) {
      in_group = 0;
      scale += kTurnedRows;
      offset += kTurnedRows;
      sums_of_x += kLanes;
    }
    scales += kLanes;
    over_words += kLanes;
    codes += x.span * kLanes;
    over += x.span * kLanes;
    w += x.span / kWordBytes * kStepBytes;
  }
}

using TileFn = void (*)(const TurnedChunk&, int64_t, ComingCodes&);
// [whether a span is a group][sets - 1]
inline constexpr TileFn kTileFns[2][kSets] = {{multiply_tile<1, false>, multiply_tile<2, false>,
                                               multiply_tile<3, false>, multiply_tile<4, false>},
                                              {multiply_tile<1, true>, multiply_tile<2, true>,
                                               multiply_tile<3, true>, multiply_tile<4, true>}};

}  // namespace
}  // namespace hearth::kernels
