// Panels of 16 tokens on AVX-512 (see panel_products.h). dot_bytes() is vpdpbusd or what it means:
// the file that includes this has one of the dot_bytes headers.
#pragma once

#include "kernels/int8_matmul/unpack_codes_avx2.h"

namespace hearth::kernels {
namespace {

struct SixteenTokens {
  using F = __m512;
  using I = __m512i;
  static constexpr int64_t kLanes = 16;
  static constexpr int kRows = 6;  // 12 sums, 12 of floats, 2 vectors of x, 1 of W
  static constexpr int kVectors = 2;
  static constexpr int kRowsAlone = 12;

  static F set1(float v) { return _mm512_set1_ps(v); }
  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F to_float(I a) { return _mm512_cvtepi32_ps(a); }
  static I zero() { return no_sums(); }
  static I load_ints(const int32_t* p) { return _mm512_loadu_si512(p); }
  static I load_codes(const int8_t* p) { return _mm512_loadu_si512(p); }
  static I four_codes(const std::byte* p) {
    int32_t codes;
    std::memcpy(&codes, p, sizeof(codes));
    return _mm512_set1_epi32(codes);
  }
  static void dot(I& sum, I codes, I x) { dot_bytes(sum, codes, x); }
  static I multiply_add(I a, I b, I c) { return _mm512_add_epi32(_mm512_mullo_epi32(a, b), c); }
  static bool any_above_one(I a) { return _mm512_cmpgt_epi32_mask(a, _mm512_set1_epi32(1)) != 0; }
  static void unpack(const AffineWeights& view, const std::byte* codes, int64_t columns,
                     std::byte* out) {
    unpack_codes(view, codes, columns, out);
  }
};

}  // namespace
}  // namespace hearth::kernels
