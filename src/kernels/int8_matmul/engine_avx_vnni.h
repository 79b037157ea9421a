// Panels of 8 tokens on AVX-VNNI (see panel_products.h): 16 registers, so tiles of 6 rows and 2
// panels.
#pragma once

#include "kernels/int8_matmul/unpack_codes_avx2.h"

namespace hearth::kernels {
namespace {

struct EightTokens {
  using F = __m256;
  using I = __m256i;
  static constexpr int64_t kLanes = 8;
  static constexpr int kRows = 6;  // 12 sums, 2 vectors of x, 1 of W; floats go by way of the cache
  static constexpr int kVectors = 2;
  static constexpr int kRowsAlone = 12;

  static F set1(float v) { return _mm256_set1_ps(v); }
  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, F v) { _mm256_storeu_ps(p, v); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F to_float(I a) { return _mm256_cvtepi32_ps(a); }
  // Opaque: GCC 12 makes a memset of an array of zeros, and then the sums stay in memory.
  static I zero() {
    I sum = _mm256_setzero_si256();
    asm("" : "+x"(sum));
    return sum;
  }
  static I load_codes(const int8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const I*>(p)); }
  static I four_codes(const std::byte* p) {
    int32_t codes;
    std::memcpy(&codes, p, sizeof(codes));
    return _mm256_set1_epi32(codes);
  }
  [[gnu::always_inline]] static void dot(I& sum, I codes, I x) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(codes), "x"(x));
  }
  static I add(I a, I b) { return _mm256_add_epi32(a, b); }
  static I add_over(I sum, I over) { return add(sum, _mm256_slli_epi32(over, kOverBits)); }
  static void unpack(const AffineWeights& view, const std::byte* codes, int64_t columns,
                     std::byte* out) {
    unpack_codes(view, codes, columns, out);
  }
};

}  // namespace
}  // namespace hearth::kernels
