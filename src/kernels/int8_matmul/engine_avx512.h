// Vectors of 16 tokens on AVX-512 around the tiles of AMX (see panel_products.h, amx_products.h).
#pragma once

#include "kernels/int8_matmul/unpack_codes_avx2.h"

namespace hearth::kernels {
namespace {

struct SixteenTokens {
  using F = __m512;
  using I = __m512i;
  static constexpr int64_t kLanes = 16;

  static F set1(float v) { return _mm512_set1_ps(v); }
  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F to_float(I a) { return _mm512_cvtepi32_ps(a); }
  static I load_ints(const int32_t* p) { return _mm512_loadu_si512(p); }
  static I add_over(I sum, I over) {
    return _mm512_add_epi32(sum, _mm512_slli_epi32(over, kOverBits));
  }
  static void unpack(const AffineWeights& view, const std::byte* codes, int64_t columns,
                     std::byte* out) {
    unpack_codes(view, codes, columns, out);
  }
};

}  // namespace
}  // namespace hearth::kernels
