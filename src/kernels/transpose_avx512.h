// 16 x 16 elements of 32 bits transposed in registers.
#pragma once

namespace hearth::kernels {
namespace {

/// rows[i][j] becomes rows[j][i], in 64 shuffles.
[[gnu::always_inline]] inline void transpose16(__m512i* rows) {
  __m512i pairs[16];
  for (int i = 0; i < 16; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  // rows[4b + j]: of rows 4b to 4b + 3 column 4q + j, in its 128-bit quarter q.
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  for (int j = 0; j < 4; ++j) {
    const __m512i even_low = _mm512_shuffle_i32x4(rows[j], rows[4 + j], 0x88);
    const __m512i odd_low = _mm512_shuffle_i32x4(rows[j], rows[4 + j], 0xdd);
    const __m512i even_high = _mm512_shuffle_i32x4(rows[8 + j], rows[12 + j], 0x88);
    const __m512i odd_high = _mm512_shuffle_i32x4(rows[8 + j], rows[12 + j], 0xdd);
    pairs[j] = _mm512_shuffle_i32x4(even_low, even_high, 0x88);
    pairs[4 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0x88);
    pairs[8 + j] = _mm512_shuffle_i32x4(even_low, even_high, 0xdd);
    pairs[12 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd);
  }
  for (int i = 0; i < 16; ++i) rows[i] = pairs[i];
}

}  // namespace
}  // namespace hearth::kernels
