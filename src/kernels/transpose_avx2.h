// 8 x 8 elements of 32 bits transposed in registers.
#pragma once

#include <immintrin.h>

namespace hearth::kernels {
namespace {

/// rows[i][j] becomes rows[j][i], in 24 shuffles.
[[gnu::always_inline]] inline void transpose8(__m256i* rows) {
  __m256i pairs[8];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  // rows[4b + j]: of rows 4b to 4b + 3 columns j and 4 + j.
  for (int i = 0; i < 8; i += 4) {
    rows[i] = _mm256_unpacklo_epi64(pairs[i], pairs[i + 2]);
    rows[i + 1] = _mm256_unpackhi_epi64(pairs[i], pairs[i + 2]);
    rows[i + 2] = _mm256_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    rows[i + 3] = _mm256_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  for (int j = 0; j < 4; ++j) {
    const __m256i upper = rows[j], lower = rows[4 + j];
    rows[j] = _mm256_permute2x128_si256(upper, lower, 0x20);
    rows[4 + j] = _mm256_permute2x128_si256(upper, lower, 0x31);
  }
}

}  // namespace
}  // namespace hearth::kernels
