// The vector operations that kernels are written in, for AVX2 with FMA and F16C: 8 floats a vector.
// simd_avx512.h has the same names; algorithms take one of the two as template parameter S.
//
// Everything here and in the algorithms has internal linkage (S lives in an unnamed namespace), so
// the linker can never pick a copy compiled for a greater processor.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/transpose_avx2.h"

namespace hearth::kernels {
namespace {

struct Avx2 {
  using F = __m256;     // kLanes floats
  using I = __m256i;    // kLanes 32-bit integers
  using Quad = __m128;  // four sums
  static constexpr int64_t kLanes = 8;
  // Register tiles that keep both FMA pipes busy for their latency of 4 cycles and leave room for
  // the operands in 16 registers.
  static constexpr int kTokenTile = 3;  // matmul: 4 rows of weights x 3 tokens
  static constexpr int kOuterRows = 3;  // attention: 3 rows x 4 vectors
  static constexpr int kOuterWidth = 4;

  static F zero() { return _mm256_setzero_ps(); }
  static F set1(float v) { return _mm256_set1_ps(v); }
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F div(F a, F b) { return _mm256_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }    // a * b + c
  static F fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }  // c - a * b
  static F min(F a, F b) { return _mm256_min_ps(a, b); }              // b when either is NaN
  static F max(F a, F b) { return _mm256_max_ps(a, b); }              // b when either is NaN

  // Memory, any alignment. A partial access touches the first n of kLanes elements only (0 <= n <
  // kLanes); the others read as 0.
  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, F v) { _mm256_storeu_ps(p, v); }
  static F load_partial(const float* p, int64_t n) { return _mm256_maskload_ps(p, mask(n)); }
  static void store_partial(float* p, F v, int64_t n) { _mm256_maskstore_ps(p, mask(n), v); }

  // Weights and cache cells as floats; all exact.
  static F load_f32(const std::byte* p) { return load(reinterpret_cast<const float*>(p)); }
  static F load_f16(const std::byte* p) { return _mm256_cvtph_ps(load_128(p)); }
  static F load_bf16(const std::byte* p) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(load_128(p)), 16));
  }
  // The 8-bit floats are an f16 with the exponent in the same place (f8e5m2), or with one bit less
  // of it (f8e4m3, whose NaN is read as 480). Not by way of f32: what is subnormal there would be
  // so in f32, and processors take a hundred cycles for a product with a subnormal f32; none for an
  // f16.
  static F load_f8e5m2(const std::byte* p) {
    return _mm256_cvtph_ps(_mm_slli_epi16(load_words(p), 8));
  }
  static F load_f8e4m3(const std::byte* p) {
    const __m128i words = load_words(p);
    const __m128i sign = _mm_slli_epi16(_mm_and_si128(words, _mm_set1_epi16(0x80)), 8);
    const __m128i magnitude = _mm_and_si128(words, _mm_set1_epi16(0x7f));
    return mul(_mm256_cvtph_ps(_mm_or_si128(sign, _mm_slli_epi16(magnitude, 7))), set1(0x1p8f));
  }
  static I load_u8(const std::byte* p) { return _mm256_cvtepu8_epi32(load_64(p)); }
  static I load_i8(const std::byte* p) { return _mm256_cvtepi8_epi32(load_64(p)); }
  /// kLanes nibbles, the low one of each byte first, as 0..15.
  static I load_nibbles(const std::byte* p) {
    int32_t word;
    std::memcpy(&word, p, sizeof(word));
    const I shifts = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    return bits_and(_mm256_srlv_epi32(_mm256_set1_epi32(word), shifts), 15);
  }

  // Rounded to nearest even, kLanes values of 16 bits.
  static void store_f16(uint16_t* p, F v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT));
  }
  static void store_bf16(uint16_t* p, F v) {
    const I high = _mm256_srli_epi32(bf16_bits(v), 16);
    const I packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(high, high), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
  }
  /// kLanes integers of 0..65535.
  static void store_u16(uint16_t* p, I a) {
    const __m128i packed =
        _mm_packus_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
  }
  static F round_f16(F v) { return _mm256_cvtph_ps(_mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT)); }
  static F round_bf16(F v) { return _mm256_castsi256_ps(bf16_bits(v)); }

  // Integers.
  static I int_set1(int32_t v) { return _mm256_set1_epi32(v); }
  static I int_add(I a, I b) { return _mm256_add_epi32(a, b); }
  static I int_sub(I a, I b) { return _mm256_sub_epi32(a, b); }
  static I bits_and(I a, int32_t b) { return _mm256_and_si256(a, int_set1(b)); }
  static I bits_or(I a, I b) { return _mm256_or_si256(a, b); }
  static I bits_xor(I a, int32_t b) { return _mm256_xor_si256(a, int_set1(b)); }
  template <int N>
  static I shift_left(I a) {
    return _mm256_slli_epi32(a, N);
  }
  template <int N>
  static I shift_right(I a) {
    return _mm256_srli_epi32(a, N);
  }
  template <int N>
  static I shift_right_signed(I a) {
    return _mm256_srai_epi32(a, N);
  }
  static F to_float(I a) { return _mm256_cvtepi32_ps(a); }
  static I to_int(F a) { return _mm256_cvtps_epi32(a); }  // nearest even
  static F as_float(I a) { return _mm256_castsi256_ps(a); }
  static I as_int(F a) { return _mm256_castps_si256(a); }

  /// table[index], 16 entries, 0 <= index <= 15.
  static F lookup16(const float* table, I index) {
    const F low = _mm256_permutevar8x32_ps(load(table), index);
    const F high = _mm256_permutevar8x32_ps(load(table + 8), index);
    return _mm256_blendv_ps(low, high, as_float(shift_left<28>(index)));
  }
  /// a where the integers are equal, else b.
  static F select_equal(I x, I y, F a, F b) {
    return _mm256_blendv_ps(b, a, as_float(_mm256_cmpeq_epi32(x, y)));
  }

  // Pairs, for rotary embedding: (a0, a1, ...) -> (a1, a0, ...), and kLanes / 2 floats doubled.
  static F swap_pairs(F a) { return _mm256_permute_ps(a, 0xb1); }
  static F negate_even(F a) {  // (-a0, a1, -a2, ...)
    const F signs = _mm256_setr_ps(-0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f);
    return _mm256_xor_ps(a, signs);
  }
  static F load_doubled(const float* p) {
    const I index = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    return _mm256_permutevar8x32_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), index);
  }

  /// kLanes vectors: rows[i][j] becomes rows[j][i].
  static void transpose(I* rows) { transpose8(rows); }

  // Reductions, always in the same order: neighbours of what nth_reduced() counts are added, then
  // neighbours of the sums, and so on.
  static int nth_reduced(int i) { return i; }
  static Quad reduce4(F a, F b, F c, F d) {
    const F sums = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    return _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
  }
  static float reduce_add(F a) { return _mm_cvtss_f32(reduce4(a, a, a, a)); }
  static float reduce_max(F a) {
    Quad m = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
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
  static __m128i load_64(const std::byte* p) {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  }
  static __m128i load_words(const std::byte* p) { return _mm_cvtepu8_epi16(load_64(p)); }
  static I mask(int64_t n) {
    const I lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(int_set1(static_cast<int32_t>(n)), lane);
  }
  // The bits of v rounded to bf16, in the upper halves; a NaN stays one.
  static I bf16_bits(F v) {
    const I bits = as_int(v);
    const I odd = bits_and(shift_right<16>(bits), 1);
    const I rounded = int_add(int_add(bits, int_set1(0x7fff)), odd);
    const F nan = as_float(bits_or(bits, int_set1(0x400000)));
    const F unordered = _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
    return bits_and(as_int(_mm256_blendv_ps(as_float(rounded), nan, unordered)),
                    static_cast<int32_t>(0xffff0000u));
  }
};

}  // namespace
}  // namespace hearth::kernels
