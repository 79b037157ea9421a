// The vector operations of simd_avx2.h for AVX-512 (F, BW, CD, DQ, VL): 16 floats a vector.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/transpose_avx512.h"

namespace hearth::kernels {
namespace {

struct Avx512 {
  using F = __m512;
  using I = __m512i;
  using Quad = __m128;
  static constexpr int64_t kLanes = 16;
  static constexpr int kTokenTile = 6;  // matmul: 4 x 6 accumulators of 32 registers
  static constexpr int kOuterRows = 8;  // attention: 8 rows x 2 vectors
  static constexpr int kOuterWidth = 2;

  static F zero() { return _mm512_setzero_ps(); }
  static F set1(float v) { return _mm512_set1_ps(v); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F div(F a, F b) { return _mm512_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }

  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static F load_partial(const float* p, int64_t n) { return _mm512_maskz_loadu_ps(mask(n), p); }
  static void store_partial(float* p, F v, int64_t n) { _mm512_mask_storeu_ps(p, mask(n), v); }

  static F load_f32(const std::byte* p) { return load(reinterpret_cast<const float*>(p)); }
  static F load_f16(const std::byte* p) { return _mm512_cvtph_ps(load_256(p)); }
  static F load_bf16(const std::byte* p) {
    return as_float(shift_left<16>(_mm512_cvtepu16_epi32(load_256(p))));
  }
  static F load_f8e5m2(const std::byte* p) {
    return _mm512_cvtph_ps(_mm256_slli_epi16(load_words(p), 8));
  }
  static F load_f8e4m3(const std::byte* p) {
    const __m256i words = load_words(p);
    const __m256i sign = _mm256_slli_epi16(_mm256_and_si256(words, _mm256_set1_epi16(0x80)), 8);
    const __m256i magnitude = _mm256_and_si256(words, _mm256_set1_epi16(0x7f));
    const __m256i half = _mm256_or_si256(sign, _mm256_slli_epi16(magnitude, 7));
    return mul(_mm512_cvtph_ps(half), set1(0x1p8f));
  }
  static I load_u8(const std::byte* p) { return _mm512_cvtepu8_epi32(load_128(p)); }
  static I load_i8(const std::byte* p) { return _mm512_cvtepi8_epi32(load_128(p)); }
  static I load_nibbles(const std::byte* p) {
    const __m128i words = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    const I which = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    const I shifts = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
    const I spread = _mm512_permutexvar_epi32(which, _mm512_castsi128_si512(words));
    return bits_and(_mm512_srlv_epi32(spread, shifts), 15);
  }

  static void store_f16(uint16_t* p, F v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), to_f16(v));
  }
  static void store_bf16(uint16_t* p, F v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                        _mm512_cvtepi32_epi16(shift_right<16>(bf16_bits(v))));
  }
  static void store_u16(uint16_t* p, I a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a));
  }
  static F round_f16(F v) { return _mm512_cvtph_ps(to_f16(v)); }
  static F round_bf16(F v) { return as_float(bf16_bits(v)); }

  static I int_set1(int32_t v) { return _mm512_set1_epi32(v); }
  static I int_add(I a, I b) { return _mm512_add_epi32(a, b); }
  static I int_sub(I a, I b) { return _mm512_sub_epi32(a, b); }
  static I bits_and(I a, int32_t b) { return _mm512_and_si512(a, int_set1(b)); }
  static I bits_or(I a, I b) { return _mm512_or_si512(a, b); }
  static I bits_xor(I a, int32_t b) { return _mm512_xor_si512(a, int_set1(b)); }
  template <int N>
  static I shift_left(I a) {
    return _mm512_slli_epi32(a, N);
  }
  template <int N>
  static I shift_right(I a) {
    return _mm512_srli_epi32(a, N);
  }
  template <int N>
  static I shift_right_signed(I a) {
    return _mm512_srai_epi32(a, N);
  }
  static F to_float(I a) { return _mm512_cvtepi32_ps(a); }
  static I to_int(F a) { return _mm512_cvtps_epi32(a); }
  static F as_float(I a) { return _mm512_castsi512_ps(a); }
  static I as_int(F a) { return _mm512_castps_si512(a); }

  static F lookup16(const float* table, I index) {
    return _mm512_permutexvar_ps(index, load(table));
  }
  static F select_equal(I x, I y, F a, F b) {
    return _mm512_mask_blend_ps(_mm512_cmpeq_epi32_mask(x, y), b, a);
  }

  static F swap_pairs(F a) { return _mm512_shuffle_ps(a, a, 0xb1); }
  static F negate_even(F a) {
    const I signs = _mm512_set1_epi64(0x80000000);
    return as_float(_mm512_xor_si512(as_int(a), signs));
  }
  static F load_doubled(const float* p) {
    const I index = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return _mm512_permutexvar_ps(index, _mm512_castps256_ps512(_mm256_loadu_ps(p)));
  }

  static void transpose(I* rows) { transpose16(rows); }

  static int nth_reduced(int i) { return i / 2 + i % 2 * 8; }
  static Quad reduce4(F a, F b, F c, F d) {
    const __m256 sums =
        _mm256_hadd_ps(_mm256_hadd_ps(fold(a), fold(b)), _mm256_hadd_ps(fold(c), fold(d)));
    return _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
  }
  static float reduce_add(F a) { return _mm_cvtss_f32(reduce4(a, a, a, a)); }
  static float reduce_max(F a) {
    const __m256 half = _mm256_max_ps(_mm512_castps512_ps256(a), upper(a));
    Quad m = _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
  }
  static Quad quad_load(const float* p) { return _mm_loadu_ps(p); }
  static Quad quad_add(Quad a, Quad b) { return _mm_add_ps(a, b); }
  static void quad_store(float* p, Quad v) { _mm_storeu_ps(p, v); }

  static float scalar_f16(uint16_t bits) { return _cvtsh_ss(bits); }
  // Not the intrinsic: GCC 12 takes a function that does nothing but prefetch for one without
  // effect, and drops the calls that it has not inlined by then.
  static void prefetch(uintptr_t address) {
    asm volatile("prefetcht0 %0" : : "m"(*reinterpret_cast<const char*>(address)));
  }
  // Into the second-level cache.
  static void prefetch_far(uintptr_t address) {
    asm volatile("prefetcht1 %0" : : "m"(*reinterpret_cast<const char*>(address)));
  }

 private:
  static __m128i load_128(const std::byte* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static __m256i load_words(const std::byte* p) { return _mm256_cvtepu8_epi16(load_128(p)); }
  static __m256i load_256(const std::byte* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static __m256i to_f16(F v) { return _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT); }
  static __mmask16 mask(int64_t n) { return static_cast<__mmask16>((1u << n) - 1u); }
  static __m256 upper(F a) {
    return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a), 1));
  }
  static __m256 fold(F a) { return _mm256_add_ps(_mm512_castps512_ps256(a), upper(a)); }
  static I bf16_bits(F v) {
    const I bits = as_int(v);
    const I odd = bits_and(shift_right<16>(bits), 1);
    const I rounded = int_add(int_add(bits, int_set1(0x7fff)), odd);
    const I nan = bits_or(bits, int_set1(0x400000));
    const F result = _mm512_mask_blend_ps(_mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), as_float(rounded),
                                          as_float(nan));
    return bits_and(as_int(result), static_cast<int32_t>(0xffff0000u));
  }
};

}  // namespace
}  // namespace hearth::kernels
