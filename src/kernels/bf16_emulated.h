// bf16_native.h in plain C++ on the emulated vectors of simd_avx512_emulated.h, for tests.
#pragma once

#include <cmath>
#include <cstring>

#include "base/float_types.h"
#include "kernels/simd_avx512_emulated.h"

namespace hearth::kernels {
namespace {

struct EmulatedBf16 {
  static __m512i round(__m512 low, __m512 high) {
    float values[32];
    uint16_t bits[32];
    Avx512::store(values, low);
    Avx512::store(values + 16, high);
    for (int i = 0; i < 32; ++i) bits[i] = f32_to_bf16(flushed(values[i]));
    return _mm512_loadu_si512(bits);
  }
  static void dot(__m512& acc, __m512i w, __m512i x) {
    uint16_t a[32], b[32];
    float sums[16];
    std::memcpy(a, &w, sizeof(a));
    std::memcpy(b, &x, sizeof(b));
    std::memcpy(sums, &acc, sizeof(sums));
    for (int i = 0; i < 16; ++i)
      for (int j = 1; j >= 0; --j)
        sums[i] = flushed(std::fma(value(a[2 * i + j]), value(b[2 * i + j]), flushed(sums[i])));
    std::memcpy(&acc, sums, sizeof(sums));
  }
  static void dot_pair(__m512& acc, __m512i w, const std::byte* pair) {
    int32_t bits;
    std::memcpy(&bits, pair, sizeof(bits));
    dot(acc, w, _mm512_set1_epi32(bits));
  }

 private:
  static float flushed(float v) { return std::fabs(v) < 0x1p-126f ? std::copysign(0.0f, v) : v; }
  static float value(uint16_t bits) { return flushed(bf16_to_f32(bits)); }
};

}  // namespace
}  // namespace hearth::kernels
