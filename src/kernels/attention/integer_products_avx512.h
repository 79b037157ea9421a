// Products of attention in 16-bit integers, for vpdpwssd: twice the rate of f32 wherever AVX-512
// has VNNI. (vdpbf16ps is that fast on Zen 5 only: on Sapphire and Emerald Rapids it does a quarter
// as many products as vpdpwssd.) Sums of integers are exact and added up in f32 at fixed places, so
// bits do not depend on how rows are grouped.
#pragma once

#include "kernels/attention/code_attention_avx512.h"
#include "kernels/attention/register_rows_avx512.h"

namespace hearth::kernels {
namespace {

// Products are added up as integers over this many pairs: 2^25 * 64 for keys and for values (see
// kKeyCodes in cell.h).
inline constexpr int64_t kKeyPairs = 32;
inline constexpr int64_t kValuePairs = 32;

// A line of assembly, since GCC 12 copies and spills the sums of the intrinsic.
inline void add_pairs(__m512i& sums, __m512i a, __m512i b) {
  asm("vpdpwssd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
}
// Scores of the pairs from `first` on; they are added to those of the pairs before.
inline void put_scores(__m512i sums, __m512 step, int64_t first, float* out) {
  const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), step);
  _mm512_storeu_ps(out, first == 0 ? product : _mm512_add_ps(_mm512_loadu_ps(out), product));
}

// Scores of R rows for one block.
template <int R>
inline void score_rows(const CodeSpan& s, int64_t row, const BlockCodes& keys, int64_t column,
                       float* scores) {
  const __m512 key_steps[2] = {_mm512_loadu_ps(s.key_steps + column),
                               _mm512_loadu_ps(s.key_steps + column + 16)};
  for (int64_t first = 0; first < s.key_pairs; first += kKeyPairs) {
    const int64_t last = first + kKeyPairs < s.key_pairs ? first + kKeyPairs : s.key_pairs;
    __m512i low[R], high[R];
    const __m512i zero = no_products();
    HEARTH_UNROLLED for (int r = 0; r < R; ++r) low[r] = high[r] = zero;
    // [key_pairs, kRegisterRows, 2]
    const int16_t* pairs = s.queries + row * s.query_stride() + first * 2 * kRegisterRows;
    for (int64_t p = first; p < last; ++p, pairs += 2 * kRegisterRows) {
      prefetch(keys.ahead + p * 64);
      prefetch(keys.ahead + p * 64 + 32);
      const __m512i low_keys = _mm512_loadu_si512(keys.codes + p * 64);
      const __m512i high_keys = _mm512_loadu_si512(keys.codes + p * 64 + 32);
      HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
        const __m512i pair = spread_word(pairs + 2 * r);
        add_pairs(low[r], pair, low_keys);
        add_pairs(high[r], pair, high_keys);
      }
    }
    HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
      const __m512 step = _mm512_set1_ps(s.query_steps[row + r]);
      put_scores(low[r], _mm512_mul_ps(step, key_steps[0]), first, scores + r * kSpanTokens);
      put_scores(high[r], _mm512_mul_ps(step, key_steps[1]), first, scores + r * kSpanTokens + 16);
    }
  }
}

inline void add_weighted(__m512i sums, float step, float* out) {
  _mm512_storeu_ps(
      out, _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), _mm512_set1_ps(step), _mm512_loadu_ps(out)));
}

// The columns [begin, end) of one run of kValuePairs pairs, in whole blocks, with their values.
struct ValueRun {
  int64_t begin, end;
  BlockCodes blocks[2 * kValuePairs / kBlockTokens];
};

// Weighted values of R rows, 16 elements from d on or 32, over one run. Two arrays of sums: one of
// two dimensions GCC 12 keeps in memory.
template <int R, bool kTwo>
inline void weigh_tile(const CodeSpan& s, int64_t row, const ValueRun& run, int64_t d) {
  __m512i low[R], high[R];
  const __m512i zero = no_products();
  HEARTH_UNROLLED for (int r = 0; r < R; ++r) low[r] = high[r] = zero;
  const int16_t* weights = s.weights + row * kSpanTokens + run.begin;
  const BlockCodes* block = run.blocks;
  for (int64_t c = run.begin; c < run.end; c += kBlockTokens, ++block) {
    const int16_t* values = block->codes + 2 * d;
    const int64_t ahead = block->ahead - block->codes;
    for (int64_t pair = 0; pair < kBlockTokens / 2; ++pair, values += 2 * s.value_stride) {
      prefetch(values + ahead);
      if constexpr (kTwo) prefetch(values + ahead + 32);
      const __m512i low_values = _mm512_loadu_si512(values);
      const __m512i high_values = kTwo ? _mm512_loadu_si512(values + 32) : _mm512_setzero_si512();
      HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
        const __m512i weight = spread_word(weights + r * kSpanTokens + 2 * pair);
        add_pairs(low[r], weight, low_values);
        if constexpr (kTwo) add_pairs(high[r], weight, high_values);
      }
    }
    weights += kBlockTokens;
  }
  float* out = s.partial + row * s.partial_stride + kPartialHead + d;
  HEARTH_UNROLLED for (int r = 0; r < R; ++r, out += s.partial_stride) {
    add_weighted(low[r], s.weight_steps[row + r], out);
    if constexpr (kTwo) add_weighted(high[r], s.weight_steps[row + r], out + 16);
  }
}

template <int R>
inline void weigh_rows(const CodeSpan& s, int64_t row, const ValueRun& run) {
  int64_t d = 0;
  for (; d + 32 <= s.value_stride; d += 32) weigh_tile<R, true>(s, row, run, d);
  if (d < s.value_stride) weigh_tile<R, false>(s, row, run, d);
}

struct IntegerProducts {
  using Codes = IntegerCodes;
  static constexpr bool kTakesBytes = false;
  static constexpr int64_t kPairGrain = 1;
  static constexpr int64_t kQueryRows = kRegisterRows;
  static constexpr int64_t kValueBlocks = 2 * kValuePairs / kBlockTokens;
  /// One step serves all weights of a row: 13 bits of the row's largest.
  static CodeSteps weight_steps(__m512 most) { return IntegerCodes::steps(most, 8191.0f); }

  static const char* refuse(ElementType cache) {
    if (cache == ElementType::u8) return "products are of 16 bits, not of 8";
    return cache == ElementType::f16 || cache == ElementType::bf16
               ? "keeps 16-bit cells as integers, cache type i16"
               : nullptr;
  }
  static void begin() {}
  static void end() {}

  static void scores(const CodeSpan& s, const Band& band, int64_t column, const BlockCodes& keys) {
    by_register_rows(0, band.rows, [&]<int R>(int64_t row) {
      score_rows<R>(s, band.first + row, keys, column, s.scores + row * kSpanTokens + column);
    });
  }

  template <class Cells>
  static void values(const CodeSpan& s, const Band& band, const Cells& cells) {
    constexpr int64_t kRun = 2 * kValuePairs;
    for (int64_t c = band.begin / kRun * kRun; c < band.end; c += kRun) {
      ValueRun run{c > band.begin ? c : band.begin, c + kRun < band.end ? c + kRun : band.end, {}};
      for (int64_t at = run.begin; at < run.end; at += kBlockTokens)
        run.blocks[(at - run.begin) / kBlockTokens] = cells.values(at / kBlockTokens);
      by_register_rows(0, band.rows, [&]<int R>(int64_t row) { weigh_rows<R>(s, row, run); });
    }
  }
};

}  // namespace
}  // namespace hearth::kernels
