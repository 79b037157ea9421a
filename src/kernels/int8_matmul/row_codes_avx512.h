// Codes of sixteen rows as they lie in memory, and how they are turned in registers.
#pragma once

#include "kernels/int8_matmul/affine_weights.h"
#include "kernels/int8_matmul/quantized_rows.h"
#include "kernels/simd_avx512.h"
#include "kernels/unrolled.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kSixteen = 16;

/// For _mm512_ternarylogic_epi32: (a ^ b) & c, and (a ^ b) & ~c.
inline constexpr int kXorAnd = 0x28, kXorAndNot = 0x14;

/// Sixteen rows of W, `stride` rows apart, of which `count` are there; the other lanes are row
/// `first` again, and what they give is dropped.
struct SixteenRows {
  int64_t first = 0;
  int64_t stride = 1;
  int64_t count = kSixteen;

  int64_t offset(int64_t lane) const { return lane < count ? lane * stride : 0; }
};

/// Nibbles or bytes; in one piece, or in blocks of 32 behind a header each.
enum class RowLayout { nibbles, nibble_blocks, bytes, byte_blocks };

constexpr bool has_headers(RowLayout layout) {
  return layout == RowLayout::nibble_blocks || layout == RowLayout::byte_blocks;
}
constexpr bool has_nibbles(RowLayout layout) {
  return layout == RowLayout::nibbles || layout == RowLayout::nibble_blocks;
}
/// visit.template operator()<layout>() for the layout of the weight.
template <class Visit>
inline void with_row_layout(const AffineWeights& view, Visit&& visit) {
  if (view.is_nibbles) {
    if (view.header > 0) return visit.template operator()<RowLayout::nibble_blocks>();
    return visit.template operator()<RowLayout::nibbles>();
  }
  if (view.header > 0) return visit.template operator()<RowLayout::byte_blocks>();
  visit.template operator()<RowLayout::bytes>();
}

/// Where turn_quarters() reads: rows 0, 4, 8 and 12 of sixteen that lie `stride` bytes apart.
struct QuarterPointers {
  const std::byte* row[4];
  int64_t stride;

  QuarterPointers(const std::byte* first, int64_t row_stride) : stride(row_stride) {
    for (int64_t i = 0; i < 4; ++i) row[i] = first + 4 * i * row_stride;
  }
};

/// Word j of every quarter of v[0] to v[3], side by side in each quarter of out[j].
[[gnu::always_inline]] inline void turn_words(const __m512i (&v)[4], __m512i (&out)[4]) {
  const __m512i low01 = _mm512_unpacklo_epi32(v[0], v[1]);
  const __m512i low23 = _mm512_unpacklo_epi32(v[2], v[3]);
  const __m512i high01 = _mm512_unpackhi_epi32(v[0], v[1]);
  const __m512i high23 = _mm512_unpackhi_epi32(v[2], v[3]);
  out[0] = _mm512_unpacklo_epi64(low01, low23);
  out[1] = _mm512_unpackhi_epi64(low01, low23);
  out[2] = _mm512_unpacklo_epi64(high01, high23);
  out[3] = _mm512_unpackhi_epi64(high01, high23);
}

/// Sixteen bytes of sixteen rows, at `offset` of each, turned: out[j] has bytes 4 j to 4 j + 3 of
/// every row. Three quarters of a vector are inserted from memory, which any of the two ports for
/// vectors does, so 64 bytes of the rows cost 32 shuffles, which one port does; whole vectors
/// transposed cost 64.
[[gnu::always_inline]] inline void turn_quarters(const QuarterPointers& rows, int64_t offset,
                                                 __m512i (&out)[4]) {
  const auto quarter = [&](int64_t i, int64_t r) {
    const std::byte* p = rows.row[i] + r * rows.stride + offset;
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  __m512i v[4];
  unrolled<4>([&](auto r) HEARTH_INLINE {
    v[r] = _mm512_castsi128_si512(quarter(0, r));
    v[r] = _mm512_inserti32x4(v[r], quarter(1, r), 1);
    v[r] = _mm512_inserti32x4(v[r], quarter(2, r), 2);
    v[r] = _mm512_inserti32x4(v[r], quarter(3, r), 3);
  });
  turn_words(v, out);
}

/// The same of 32 bytes: out[j] has bytes 4 j to 4 j + 3. An eighth fewer instructions, but more of
/// them shuffles, and eight vectors at a time.
[[gnu::always_inline]] inline void turn_halves(const QuarterPointers& rows, int64_t offset,
                                               __m512i (&out)[8]) {
  const auto half = [&](int64_t row) {
    const std::byte* p = rows.row[row / 4] + row % 4 * rows.stride + offset;
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  };
  // Four words of rows `row` to row + 3 of the first half of the bytes, and of the second; then of
  // the four rows after.
  const auto turn = [&](int64_t row, __m512i(&words)[4]) HEARTH_INLINE {
    __m512i v[4];
    unrolled<4>([&](auto r) HEARTH_INLINE {
      v[r] = _mm512_inserti64x4(_mm512_castsi256_si512(half(row + r)), half(row + r + 4), 1);
    });
    turn_words(v, words);
  };
  __m512i first[4], second[4];
  turn(0, first);
  turn(8, second);
  unrolled<4>([&](auto j) HEARTH_INLINE {
    out[j] = _mm512_shuffle_i32x4(first[j], second[j], 0x88);
    out[4 + j] = _mm512_shuffle_i32x4(first[j], second[j], 0xdd);
  });
}

}  // namespace
}  // namespace hearth::kernels
