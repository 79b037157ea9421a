// Some tokens times sixteen rows as they lie: 32 columns of the rows at a time are turned in
// registers, so that a lane is a row, and meet four codes of a token in every lane.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/int8_matmul/row_codes_avx512.h"
#include "kernels/int8_matmul/row_scales_avx512.h"

namespace hearth::kernels {
namespace {

/// Most tokens of a tile: as many vectors of sums, and the rest for W, turned and split.
inline constexpr int kFewTokens = 16;
/// How far ahead of what is multiplied codes are asked for.
inline constexpr int64_t kAhead = 512;
inline constexpr int64_t kLine = 64;
/// Bytes of a row that are asked for together: a core waits for sixteen lines at most, but where
/// products take longer than their codes, two lines of every row at a time were 5 % faster.
constexpr int64_t asked_for_at_once(int64_t tokens) { return tokens <= 8 ? kLine : 2 * kLine; }

inline constexpr int64_t kWordBytes = 4;
/// Tokens that stand side by side in x (CodeLayout::lanes), but for one token, which is a row.
inline constexpr int64_t kLanes = 4;
constexpr int64_t lanes_of(int64_t tokens) { return tokens == 1 ? 1 : kLanes; }
constexpr int64_t whole_panels(int64_t tokens) { return (tokens + kLanes - 1) / kLanes * kLanes; }

// Where token t stands among what panels have of one segment, span or group, when panels are
// `panel` values apart.
template <class Value>
[[gnu::always_inline]] inline const Value* of_token(const Value* first, int64_t panel, int t) {
  return first + t / kLanes * panel + t % kLanes;
}

// sums of v[i] in lane i, in 45 instructions.
inline __m512i sum_each(const __m512i (&v)[kSixteen]) {
  const auto two = [](__m512i a, __m512i b) {
    return _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  };
  const auto four = [&](const __m512i* p) {
    const __m512i a = two(p[0], p[1]), b = two(p[2], p[3]);
    return _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
  };
  const auto halves = [](__m512i a, __m512i b) {
    return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x44), _mm512_shuffle_i32x4(a, b, 0xee));
  };
  const __m512i ab = halves(four(v), four(v + 4)), cd = halves(four(v + 8), four(v + 12));
  return _mm512_add_epi32(_mm512_shuffle_i32x4(ab, cd, 0x88), _mm512_shuffle_i32x4(ab, cd, 0xdd));
}

// One token meets vectors of rows as they lie where 64 bytes of a row are of one span: half the
// instructions of turning bytes, and in cache three quarters of the time of turning nibbles. With
// every vector the line that is kAhead bytes after it is asked for.
template <RowLayout kLayout>
inline bool meets_rows_as_they_lie(const CodedRows& x) {
  if (x.rows != 1 || has_headers(kLayout)) return false;
  return has_nibbles(kLayout) ? x.span == 128 : x.span % 64 == 0;
}
[[gnu::always_inline]] inline __m512i load_and_ask(const std::byte* p) {
  Avx512::prefetch(reinterpret_cast<uintptr_t>(p) + kAhead);
  return _mm512_loadu_si512(p);
}

// The products of whole 64 columns where codes are bytes.
[[gnu::always_inline]] inline __m512i sum_bytes(const QuarterPointers& rows, int64_t offset,
                                                int64_t columns, __m512i flip, const int8_t* x) {
  __m512i v[kSixteen];
  unrolled<kSixteen>([&](auto i) HEARTH_INLINE { v[i] = no_sums(); });
  do {
    const __m512i four = _mm512_loadu_si512(x);
    unrolled<kSixteen>([&](auto i) HEARTH_INLINE {
      const std::byte* p = rows.row[i / 4] + i % 4 * rows.stride + offset;
      dot_bytes(v[i], _mm512_xor_si512(load_and_ask(p), flip), four);
    });
    offset += 64;
    x += 64;
    columns -= 64;
  } while (columns > 0);
  return sum_each(v);
}

// The same of 128 columns where they are nibbles; x has the even columns of a segment before the
// odd ones.
[[gnu::always_inline]] inline __m512i sum_nibbles(const QuarterPointers& rows, int64_t offset,
                                                  __m512i flip, const int8_t* x) {
  constexpr int kXorAnd = 0x28;  // (a ^ b) & c
  const __m512i mask = _mm512_set1_epi8(15);
  const __m512i first = _mm512_loadu_si512(x), second = _mm512_loadu_si512(x + 64);
  const __m512i even = _mm512_shuffle_i32x4(first, second, 0x88);
  const __m512i odd = _mm512_shuffle_i32x4(first, second, 0xdd);
  __m512i v[kSixteen];
  unrolled<kSixteen>([&](auto i) HEARTH_INLINE {
    const std::byte* p = rows.row[i / 4] + i % 4 * rows.stride + offset;
    const __m512i low = load_and_ask(p), high = _mm512_srli_epi16(low, 4);
    v[i] = no_sums();
    dot_bytes(v[i], _mm512_ternarylogic_epi32(flip, low, mask, kXorAnd), even);
    dot_bytes(v[i], _mm512_ternarylogic_epi32(flip, high, mask, kXorAnd), odd);
  });
  return sum_each(v);
}

// A dot product takes five cycles and two begin in each, so a few tokens have two vectors of sums
// each.
constexpr bool has_two_sums(int tokens) { return tokens <= 8; }

// Codes of tokens that have a second byte: those of the span in x.low, from each token's first.
template <int L>
struct LowCodes {
  const int8_t* of[L == 0 ? 1 : L];
};

// sums[t], the products of a span of `columns`, whose codes are at `offset` of the rows; x has
// [columns / 4][lanes_of(T)][4], and panels are `panel` bytes apart. With L, sums[T + l] are those
// of low codes. All in one function, as GCC 12 keeps sums that a loop hands to another in memory.
template <RowLayout kLayout, int T, int L = 0>
[[gnu::always_inline]] inline void sum_span(const QuarterPointers& rows, int64_t offset,
                                            int64_t segment_bytes, int64_t columns, __m512i flip,
                                            const int8_t* x, int64_t panel, __m512i (&sums)[T + L],
                                            const LowCodes<L>& lows = {}) {
  constexpr int kSums = L == 0 && has_two_sums(T) ? 2 : 1;
  // Of nibbles, the second are the products with the high ones where they stand, sixteen times as
  // much, if there are two.
  constexpr int kXorAnd = 0x28, kXorAndNot = 0x14;  // (a ^ b) & c, (a ^ b) & ~c
  constexpr int kOther = kSums == 2 ? kXorAndNot : kXorAnd;
  const __m512i low = _mm512_set1_epi8(15);
  __m512i parts[kSums][T + L];
  unrolled<kSums>([&](auto p) HEARTH_INLINE {
    unrolled<T + L>([&](auto t) HEARTH_INLINE { parts[p][t] = no_sums(); });
  });
  LowCodes<L> low_codes = lows;
  const auto add = [&](__m512i(&into)[T + L], const int8_t* at, auto word,
                       __m512i codes) HEARTH_INLINE {
    unrolled<T>([&](auto t) HEARTH_INLINE {
      constexpr int64_t kOffset = (word * lanes_of(T) + t % kLanes) * kWordBytes;
      dot_four<kOffset>(into[t], codes, at + t / kLanes * panel);
    });
    unrolled<L>([&](auto l) HEARTH_INLINE {
      dot_four<word * kLanes * kWordBytes>(into[T + l], codes, low_codes.of[l]);
    });
  };
  const auto after = [](auto j) { return std::integral_constant<int, j + 4>(); };
  do {
    __m512i v[4];
    turn_quarters(rows, offset, v);
    if constexpr (has_nibbles(kLayout)) {
      unrolled<4>([&](auto j) HEARTH_INLINE {
        add(parts[0], x, j, _mm512_ternarylogic_epi32(flip, v[j], low, kXorAnd));
        const __m512i other = kSums == 2 ? v[j] : _mm512_srli_epi16(v[j], 4);
        add(parts[kSums - 1], x, after(j), _mm512_ternarylogic_epi32(flip, other, low, kOther));
      });
    } else {
      unrolled<4>([&](auto j)
                      HEARTH_INLINE { add(parts[j % kSums], x, j, _mm512_xor_si512(v[j], flip)); });
      turn_quarters(rows, offset + 16, v);
      unrolled<4>([&](auto j) HEARTH_INLINE {
        add(parts[j % kSums], x, after(j), _mm512_xor_si512(v[j], flip));
      });
    }
    offset += segment_bytes;
    x += kSegment * lanes_of(T);
    unrolled<L>([&](auto l) HEARTH_INLINE { low_codes.of[l] += kSegment * kLanes; });
    columns -= kSegment;
  } while (columns > 0);
  unrolled<T + L>([&](auto t) HEARTH_INLINE {
    sums[t] = parts[0][t];
    if constexpr (kSums == 2) {
      const __m512i other = has_nibbles(kLayout) ? _mm512_srai_epi32(parts[1][t], 4) : parts[1][t];
      sums[t] = _mm512_add_epi32(sums[t], other);
    }
  });
}

// Sixteen rows.
struct FewRows {
  const AffineWeights& view;
  QuarterPointers rows;
  __m512i flip;

  FewRows(const AffineWeights& v, const SixteenRows& sixteen)
      : view(v),
        rows(v.segment(sixteen.first, 0), sixteen.stride * v.row_bytes),
        flip(_mm512_set1_epi8(static_cast<char>(v.flip))) {}

  // The bytes of every row at `offset`, whole lines, will be needed soon.
  [[gnu::always_inline]] void prefetch(int64_t offset, int64_t bytes = kLine) const {
    unrolled<4>([&](auto i) HEARTH_INLINE {
      unrolled<4>([&](auto r) HEARTH_INLINE {
        const auto p = reinterpret_cast<uintptr_t>(rows.row[i]) +
                       static_cast<uintptr_t>(r * rows.stride + offset);
        for (int64_t b = 0; b < bytes; b += kLine) Avx512::prefetch(p + static_cast<uintptr_t>(b));
      });
    });
  }
  // The products of span `span` of x with `codes`, which are all of x.high or of x.low.
  template <RowLayout kLayout, int T>
  [[gnu::always_inline]] void sum(const CodedRows& x, int64_t span, const int8_t* codes,
                                  __m512i (&sums)[T]) const {
    if constexpr (T == 1 && !has_headers(kLayout)) {
      if (meets_rows_as_they_lie<kLayout>(x)) {
        const int64_t column = span * x.span;
        sums[0] = has_nibbles(kLayout) ? sum_nibbles(rows, column / 2, flip, codes + column)
                                       : sum_bytes(rows, column, x.span, flip, codes + column);
        return;
      }
    }
    sum_span<kLayout, T>(rows, span * x.span / kSegment * view.segment_bytes, view.segment_bytes,
                         x.span, flip, codes + span * x.span * lanes_of(T), x.cols * kLanes, sums);
  }
};

// Whether a token of a panel has two bytes: steps are kLowSteps, else 1, and 0 in lanes without a
// token. Of integer registers, as those of vectors are for products.
template <int T>
[[gnu::always_inline]] inline bool any_two_bytes(const int32_t* steps) {
  if constexpr (T == 1) return *steps > 1;
  static_assert(kLowSteps > 1 && kLanes == 4);
  uint64_t pairs[2];
  std::memcpy(pairs, steps, sizeof(pairs));
  constexpr uint64_t kAboveOne = 0xfffffffe'fffffffe;
  return ((pairs[0] | pairs[1]) & kAboveOne) != 0;
}

// sum = sum * steps + low
[[gnu::always_inline]] inline __m512i with_low(__m512i sum, int32_t steps, __m512i low) {
  return _mm512_add_epi32(_mm512_mullo_epi32(sum, _mm512_set1_epi32(steps)), low);
}

// sums[0], the products of span `span` with the one token there is, which has two bytes.
template <RowLayout kLayout>
[[gnu::noinline]] void sum_two_bytes_of_one(const FewRows& few, const CodedRows& x, int64_t span,
                                            const int32_t* steps, __m512i* sums) {
  __m512i high[1], low[1];
  few.sum<kLayout>(x, span, x.high, high);
  few.sum<kLayout>(x, span, x.low, low);
  sums[0] = with_low(high[0], *steps, low[0]);
}

/// Low codes that are multiplied while rows are in registers for the high ones.
inline constexpr int kLowAtOnce = 4;

// The products of span `span` with low codes alone.
template <RowLayout kLayout>
[[gnu::noinline]] void sum_low_codes(const FewRows& few, const CodedRows& x, int64_t span,
                                     const LowCodes<kLowAtOnce>& lows, __m512i (&low)[kLowAtOnce]) {
  sum_span<kLayout, 0, kLowAtOnce>(few.rows, span * x.span / kSegment * few.view.segment_bytes,
                                   few.view.segment_bytes, x.span, few.flip, x.high, 0, low, lows);
}

// sums[t], the products of span `span` with codes of two bytes where a token has them; `steps` are
// those of the span. Not inlined, and into an array of its own, so that what rarely runs does not
// take registers from what always does.
template <RowLayout kLayout, int T>
[[gnu::noinline]] void sum_two_bytes(const FewRows& few, const CodedRows& x, int64_t span,
                                     const int32_t* steps, __m512i* sums) {
  const int64_t panel = x.cols * kLanes, first = span * x.span * kLanes;
  const int64_t offset = span * x.span / kSegment * few.view.segment_bytes;
  const auto steps_of = [&](int t) { return *of_token(steps, x.spans() * kLanes, t); };
  int tokens[T + kLowAtOnce];
  int count = 0;
  for (int t = 0; t < T; ++t)
    if (steps_of(t) > 1) tokens[count++] = t;
  for (int i = 0; i < kLowAtOnce; ++i) tokens[count + i] = tokens[count - 1];  // some twice
  const auto lows_from = [&](int i) {
    LowCodes<kLowAtOnce> lows;
    for (int l = 0; l < kLowAtOnce; ++l) {
      const int t = tokens[i + l];
      lows.of[l] = x.low + t / kLanes * panel + first + t % kLanes * kWordBytes;
    }
    return lows;
  };
  const auto take = [&](int i, const __m512i* low) {
    for (int l = 0; l < kLowAtOnce && i + l < count; ++l) {
      const int t = tokens[i + l];
      sums[t] = with_low(sums[t], steps_of(t), low[l]);
    }
  };
  __m512i all[T + kLowAtOnce];
  sum_span<kLayout, T, kLowAtOnce>(few.rows, offset, few.view.segment_bytes, x.span, few.flip,
                                   x.high + first, panel, all, lows_from(0));
  unrolled<T>([&](auto t) HEARTH_INLINE { sums[t] = all[t]; });
  take(0, all + T);
  for (int i = kLowAtOnce; i < count; i += kLowAtOnce) {
    __m512i low[kLowAtOnce];
    sum_low_codes<kLayout>(few, x, span, lows_from(i), low);
    take(i, low);
  }
}

// y[t], sixteen rows of each of T tokens. The codes of bytes after the first kAhead are asked for.
// `y` and `acc`, of T vectors, are memory: registers are for sums.
template <RowLayout kLayout, int T, class Scales>
[[gnu::noinline]] void multiply_few_tile(const FewRows& few, const CodedRows& x,
                                         Scales group_scales, float* y, float* acc) {
  constexpr int64_t kAsked = asked_for_at_once(T);
  constexpr int kPanelTokens = static_cast<int>(lanes_of(T));
  constexpr int kPanels = (T + kPanelTokens - 1) / kPanelTokens;
  const int64_t span_bytes = x.span / kSegment * few.view.segment_bytes, spans = x.spans();
  const int64_t group_spans = x.sum_group / x.span, groups = x.groups();
  const int32_t* steps = x.steps;
  const float* scales = x.scales;
  const float* sums_of_x = x.sums;
  unrolled<T>([&](auto t)
                  HEARTH_INLINE { _mm512_store_ps(y + t * kSixteen, _mm512_setzero_ps()); });
  int64_t in_group = 0, group = 0, asked_for = kAhead;
  for (int64_t span = 0; span < spans; ++span) {
    if (T > 1 || !meets_rows_as_they_lie<kLayout>(x))
      for (; asked_for < (span + 1) * span_bytes + kAhead; asked_for += kAsked)
        few.prefetch(asked_for, kAsked);
    __m512i sums[T];
    bool two_bytes = false;
    unrolled<kPanels>([&](auto p) HEARTH_INLINE {
      two_bytes |= any_two_bytes<kPanelTokens>(steps + p * spans * kLanes);
    });
    if (two_bytes) [[unlikely]] {
      __m512i both[T];
      if constexpr (T == 1) {
        sum_two_bytes_of_one<kLayout>(few, x, span, steps, both);
      } else {
        sum_two_bytes<kLayout, T>(few, x, span, steps, both);
      }
      unrolled<T>([&](auto t) HEARTH_INLINE { sums[t] = both[t]; });
    } else {
      few.sum<kLayout>(x, span, x.high, sums);
    }
    const auto scaled = [&](auto t, __m512 before) HEARTH_INLINE {
      const __m512 s = _mm512_set1_ps(*of_token(scales, spans * kLanes, t));
      return _mm512_fmadd_ps(s, _mm512_cvtepi32_ps(sums[t]), before);
    };
    // y = fma(scale, acc, y), then y = fma(offset, sum, y).
    const auto finish = [&](auto&& acc_of) HEARTH_INLINE {
      __m512 scale, offset;
      group_scales.read(group++, &scale, &offset);
      unrolled<T>([&](auto t) HEARTH_INLINE {
        float* to = y + t * kSixteen;
        const __m512 product = _mm512_fmadd_ps(scale, acc_of(t), _mm512_load_ps(to));
        const __m512 sum = _mm512_set1_ps(*of_token(sums_of_x, groups * kLanes, t));
        _mm512_store_ps(to, _mm512_fmadd_ps(offset, sum, product));
      });
      sums_of_x += lanes_of(T);
    };
    if (group_spans == 1) {
      finish([&](auto t) HEARTH_INLINE { return scaled(t, _mm512_setzero_ps()); });
    } else {
      unrolled<T>([&](auto t) HEARTH_INLINE {
        float* to = acc + t * kSixteen;
        const __m512 before = in_group == 0 ? _mm512_setzero_ps() : _mm512_load_ps(to);
        _mm512_store_ps(to, scaled(t, before));
      });
      if (++in_group == group_spans) {
        in_group = 0;
        finish([&](auto t) HEARTH_INLINE { return _mm512_load_ps(acc + t * kSixteen); });
      }
    }
    steps += lanes_of(T);
    scales += lanes_of(T);
  }
}

}  // namespace
}  // namespace hearth::kernels
