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
inline constexpr int64_t kVectorBytes = 64;
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

// Whether words of rows are turned before the products of those before them. A core takes in order
// what is ready: behind products turning would wait for all of them, and the next products for it.
// With few tokens, and with bytes, it is memory that they wait for.
constexpr bool turns_ahead(RowLayout layout, int tokens) {
  return has_nibbles(layout) && tokens > 4;
}

// sums[t], the products of a span of `columns`, whose codes are at `offset` of the rows; x has
// [columns / 4][lanes_of(T)][4], and panels are `panel` bytes apart. With kKeep the codes of the
// rows are left in `kept`, [columns / 4][16][4]. `ahead`, if turns_ahead(), has the first words of
// a whole span, and then those `ahead_step` bytes after the last. All in one function, as GCC 12
// keeps sums that a loop hands to another in memory.
template <RowLayout kLayout, int T, bool kKeep = false>
[[gnu::always_inline]] inline void sum_span(const QuarterPointers& rows, int64_t offset,
                                            int64_t segment_bytes, int64_t columns, __m512i flip,
                                            const int8_t* x, int64_t panel, __m512i (&sums)[T],
                                            std::byte* kept = nullptr, __m512i* ahead = nullptr,
                                            int64_t ahead_step = 0) {
  constexpr int kSums = has_two_sums(T) ? 2 : 1;
  // Of nibbles, the second are the products with the high ones where they stand, sixteen times as
  // much, if there are two.
  constexpr bool kInPlace = kSums == 2 && !kKeep;
  constexpr int kOther = kInPlace ? kXorAndNot : kXorAnd;
  const __m512i low = _mm512_set1_epi8(15);
  __m512i parts[kSums][T];
  unrolled<kSums>([&](auto p) HEARTH_INLINE {
    unrolled<T>([&](auto t) HEARTH_INLINE { parts[p][t] = no_sums(); });
  });
  const auto add = [&](__m512i(&into)[T], const int8_t* at, auto word,
                       __m512i codes) HEARTH_INLINE {
    if constexpr (kKeep) _mm512_store_si512(kept + word * kVectorBytes, codes);
    unrolled<T>([&](auto t) HEARTH_INLINE {
      constexpr int64_t kOffset = (word * lanes_of(T) + t % kLanes) * kWordBytes;
      dot_four<kOffset>(into[t], codes, at + t / kLanes * panel);
    });
  };
  // Words j and j + 4 of a segment of nibbles.
  const auto add_nibbles = [&](auto j, __m512i codes) HEARTH_INLINE {
    const __m512i other = kInPlace ? codes : _mm512_srli_epi16(codes, 4);
    add(parts[0], x, j, _mm512_ternarylogic_epi32(codes, flip, low, kXorAnd));
    add(parts[kSums - 1], x, std::integral_constant<int, j + 4>(),
        _mm512_ternarylogic_epi32(other, flip, low, kOther));
  };
  const auto next_segment = [&]() HEARTH_INLINE {
    offset += segment_bytes;
    x += kSegment * lanes_of(T);
    if constexpr (kKeep) kept += kSegment / kWordColumns * kVectorBytes;
  };
  const auto add_segment = [&]() HEARTH_INLINE {
    __m512i v[4];
    turn_quarters(rows, offset, v);
    if constexpr (has_nibbles(kLayout)) {
      unrolled<4>([&](auto j) HEARTH_INLINE { add_nibbles(j, v[j]); });
    } else {
      unrolled<4>([&](auto j)
                      HEARTH_INLINE { add(parts[j % kSums], x, j, _mm512_xor_si512(v[j], flip)); });
      turn_quarters(rows, offset + 16, v);
      unrolled<4>([&](auto j) HEARTH_INLINE {
        add(parts[j % kSums], x, std::integral_constant<int, j + 4>(),
            _mm512_xor_si512(v[j], flip));
      });
    }
    next_segment();
  };
  if (turns_ahead(kLayout, T) && columns == kMostSpan) {
    __m512i v[4], next[4];
    if (ahead != nullptr) {
      unrolled<4>([&](auto j) HEARTH_INLINE { v[j] = ahead[j]; });
    } else {
      turn_quarters(rows, offset, v);
    }
    constexpr int kSegments = kMostSpan / kSegment;
    unrolled<kSegments>([&](auto segment) HEARTH_INLINE {
      if constexpr (segment + 1 < kSegments) {
        turn_quarters(rows, offset + segment_bytes, next);
      } else if (ahead != nullptr) {
        turn_quarters(rows, offset + ahead_step, next);
      }
      unrolled<4>([&](auto j) HEARTH_INLINE { add_nibbles(j, v[j]); });
      unrolled<4>([&](auto j) HEARTH_INLINE { v[j] = next[j]; });
      next_segment();
    });
    if (ahead != nullptr) unrolled<4>([&](auto j) HEARTH_INLINE { ahead[j] = v[j]; });
  } else {
    do {
      add_segment();
      columns -= kSegment;
    } while (columns > 0);
  }
  unrolled<T>([&](auto t) HEARTH_INLINE {
    sums[t] = parts[0][t];
    if constexpr (kSums == 2) {
      constexpr bool kIsShifted = has_nibbles(kLayout) && kInPlace;
      const __m512i other = kIsShifted ? _mm512_srai_epi32(parts[1][t], 4) : parts[1][t];
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
  // The products of span `span` of x, but for second bytes; `ahead` if turns_ahead().
  template <RowLayout kLayout, int T>
  [[gnu::always_inline]] void sum(const CodedRows& x, int64_t span, __m512i (&sums)[T],
                                  __m512i* ahead) const {
    if constexpr (T == 1 && !has_headers(kLayout)) {
      if (meets_rows_as_they_lie<kLayout>(x)) {
        const int64_t column = span * x.span;
        const int8_t* codes = x.codes + column;
        sums[0] = has_nibbles(kLayout) ? sum_nibbles(rows, column / 2, flip, codes)
                                       : sum_bytes(rows, column, x.span, flip, codes);
        return;
      }
    }
    sum_span<kLayout, T>(rows, span * x.span / kSegment * view.segment_bytes, view.segment_bytes,
                         x.span, flip, x.codes + span * x.span * lanes_of(T), x.cols * kLanes, sums,
                         nullptr, turns_ahead(kLayout, T) ? ahead : nullptr,
                         span + 1 < x.spans() ? view.segment_bytes : 0);
  }
};

// Whether a token of a panel has second bytes in a span, of which `over_words` are. Of integer
// registers, as those of vectors are for products.
template <int T>
[[gnu::always_inline]] inline bool any_over(const uint32_t* over_words) {
  if constexpr (T == 1) return *over_words != 0;
  static_assert(kLanes == 4);
  uint64_t pairs[2];
  std::memcpy(pairs, over_words, sizeof(pairs));
  return (pairs[0] | pairs[1]) != 0;
}

[[gnu::always_inline]] inline __m512i add_over(__m512i sum, __m512i over) {
  return _mm512_add_epi32(sum, _mm512_slli_epi32(over, kOverBits));
}

// sums[t], the products of span `span` with second bytes too; `over_words` are those of the span.
// Not inlined, and into an array of its own, so that what rarely runs does not take registers from
// what always does.
template <RowLayout kLayout, int T>
[[gnu::noinline]] void sum_two_bytes(const FewRows& few, const CodedRows& x, int64_t span,
                                     const uint32_t* over_words, __m512i (&sums)[T]) {
  const int64_t panel = x.cols * kLanes, first = span * x.span * lanes_of(T);
  const int64_t bytes = x.span / kSegment * few.view.segment_bytes;
  if (T == 1 && meets_rows_as_they_lie<kLayout>(x)) few.prefetch(span * bytes + kAhead, bytes);
  alignas(64) std::byte kept[kMostSpan / kWordColumns * kVectorBytes];
  sum_span<kLayout, T, true>(few.rows, span * bytes, few.view.segment_bytes, x.span, few.flip,
                             x.codes + first, panel, sums, kept);
  for (int t = 0; t < T; ++t) {
    uint32_t words = *of_token(over_words, x.spans() * kLanes, t);
    if (words == 0) continue;
    const int8_t* over = x.over + t / kLanes * panel + first + t % kLanes * kWordBytes;
    __m512i sum = no_sums();
    for (; words != 0; words &= words - 1) {
      const int64_t word = __builtin_ctz(words);
      const __m512i codes = _mm512_load_si512(kept + word * kVectorBytes);
      dot_four<0>(sum, codes, over + word * lanes_of(T) * kWordBytes);
    }
    sums[t] = add_over(sums[t], sum);
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
  const uint32_t* over_words = x.over_words;
  const float* scales = x.scales;
  const float* sums_of_x = x.sums;
  unrolled<T>([&](auto t)
                  HEARTH_INLINE { _mm512_store_ps(y + t * kSixteen, _mm512_setzero_ps()); });
  __m512i ahead[4];
  if constexpr (turns_ahead(kLayout, T)) turn_quarters(few.rows, 0, ahead);
  int64_t in_group = 0, group = 0, asked_for = kAhead;
  for (int64_t span = 0; span < spans; ++span) {
    if (T > 1 || !meets_rows_as_they_lie<kLayout>(x))
      for (; asked_for < (span + 1) * span_bytes + kAhead; asked_for += kAsked)
        few.prefetch(asked_for, kAsked);
    __m512i sums[T];
    bool two_bytes = false;
    unrolled<kPanels>([&](auto p) HEARTH_INLINE {
      two_bytes |= any_over<kPanelTokens>(over_words + p * spans * kLanes);
    });
    if (two_bytes) [[unlikely]] {
      __m512i both[T];
      sum_two_bytes<kLayout, T>(few, x, span, over_words, both);
      unrolled<T>([&](auto t) HEARTH_INLINE { sums[t] = both[t]; });
      if (turns_ahead(kLayout, T) && span + 1 < spans)
        turn_quarters(few.rows, (span + 1) * span_bytes, ahead);
    } else {
      few.sum<kLayout>(x, span, sums, ahead);
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
    over_words += lanes_of(T);
    scales += lanes_of(T);
  }
}

}  // namespace
}  // namespace hearth::kernels
