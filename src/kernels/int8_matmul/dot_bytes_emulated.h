// What vpdpbusd means, in plain loops, for tests on machines without it.
#pragma once

#include "kernels/simd_avx512_emulated.h"

namespace hearth::kernels {
namespace {

inline void dot_bytes(__m512i& sum, __m512i codes, __m512i x) {
  int32_t words[16];
  uint8_t unsigned_bytes[64];
  int8_t signed_bytes[64];
  std::memcpy(words, &sum, sizeof(words));
  std::memcpy(unsigned_bytes, &codes, sizeof(unsigned_bytes));
  std::memcpy(signed_bytes, &x, sizeof(signed_bytes));
  for (int i = 0; i < 64; ++i) words[i / 4] += unsigned_bytes[i] * signed_bytes[i];
  std::memcpy(&sum, words, sizeof(words));
}

template <int64_t kOffset>
inline void dot_four(__m512i& sum, __m512i codes, const int8_t* x) {
  int32_t four;
  std::memcpy(&four, x + kOffset, sizeof(four));
  dot_bytes(sum, codes, _mm512_set1_epi32(four));
}

inline __m512i no_sums() { return _mm512_setzero_si512(); }

}  // namespace
}  // namespace hearth::kernels
