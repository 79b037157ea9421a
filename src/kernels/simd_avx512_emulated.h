// simd_avx512.h on a machine without AVX-512, for tests only: SIMDe's portable meaning of each
// intrinsic replaces it by name, so the same lines of code are run against the reference. Include
// this instead of simd_avx512.h, in a file named *_emulated.cc.
#pragma once

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

// Intrinsics that SIMDe 0.7.4 lacks, put together from AVX2 and F16C halves or plain loops.
namespace hearth::kernels {
namespace {
namespace emulated {

inline __m512i join(__m256i low, __m256i high) {
  return simde_mm512_inserti64x4(simde_mm512_castsi256_si512(low), high, 1);
}
inline __m512 join(__m256 low, __m256 high) {
  return simde_mm512_castsi512_ps(join(_mm256_castps_si256(low), _mm256_castps_si256(high)));
}
template <int Half>
inline __m256i half(__m512i a) {
  return simde_mm512_extracti64x4_epi64(a, Half);
}
template <int Half>
inline __m256 half(__m512 a) {
  return _mm256_castsi256_ps(half<Half>(simde_mm512_castps_si512(a)));
}
inline __m128i upper(__m256i a) { return _mm256_extracti128_si256(a, 1); }
inline __m128i upper(__m128i a) { return _mm_unpackhi_epi64(a, a); }

inline __m512 cvtph_ps(__m256i a) {
  return join(_mm256_cvtph_ps(_mm256_castsi256_si128(a)), _mm256_cvtph_ps(upper(a)));
}
inline __m256i cvtps_ph(__m512 a) {
  return _mm256_set_m128i(_mm256_cvtps_ph(half<1>(a), _MM_FROUND_TO_NEAREST_INT),
                          _mm256_cvtps_ph(half<0>(a), _MM_FROUND_TO_NEAREST_INT));
}
inline __m512i cvtepu16_epi32(__m256i a) {
  return join(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(a)), _mm256_cvtepu16_epi32(upper(a)));
}
inline __m512i cvtepu8_epi32(__m128i a) {
  return join(_mm256_cvtepu8_epi32(a), _mm256_cvtepu8_epi32(upper(a)));
}
inline __m512i cvtepi8_epi32(__m128i a) {
  return join(_mm256_cvtepi8_epi32(a), _mm256_cvtepi8_epi32(upper(a)));
}
inline __m512 cvtepi32_ps(__m512i a) {
  return join(_mm256_cvtepi32_ps(half<0>(a)), _mm256_cvtepi32_ps(half<1>(a)));
}
inline __m512i cvtps_epi32(__m512 a) {
  return join(_mm256_cvtps_epi32(half<0>(a)), _mm256_cvtps_epi32(half<1>(a)));
}
inline __m256i cvtepi32_epi16(__m512i a) {
  alignas(64) int32_t wide[16];
  alignas(32) uint16_t narrow[16];
  simde_mm512_storeu_si512(wide, a);
  for (int i = 0; i < 16; ++i) narrow[i] = static_cast<uint16_t>(wide[i]);
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(narrow));
}
inline __m512i srai_epi32(__m512i a, int count) {
  return join(_mm256_srai_epi32(half<0>(a), count), _mm256_srai_epi32(half<1>(a), count));
}
inline __m512 maskz_loadu_ps(unsigned mask, const float* p) {
  float lanes[16] = {};
  for (int i = 0; i < 16; ++i)
    if ((mask >> i & 1u) != 0) lanes[i] = p[i];
  return simde_mm512_loadu_ps(lanes);
}
inline void mask_storeu_ps(float* p, unsigned mask, __m512 v) {
  float lanes[16];
  simde_mm512_storeu_ps(lanes, v);
  for (int i = 0; i < 16; ++i)
    if ((mask >> i & 1u) != 0) p[i] = lanes[i];
}

inline __m512i maskz_loadu_epi8(uint64_t mask, const void* p) {
  std::byte lanes[64] = {};
  for (int i = 0; i < 64; ++i)
    if ((mask >> i & 1u) != 0) lanes[i] = static_cast<const std::byte*>(p)[i];
  return simde_mm512_loadu_si512(lanes);
}
inline __m512i i32gather_epi32(__m512i index, const void* p, int scale) {
  alignas(64) int32_t at[16], lanes[16];
  simde_mm512_storeu_si512(at, index);
  for (int i = 0; i < 16; ++i)
    std::memcpy(&lanes[i], static_cast<const std::byte*>(p) + int64_t{at[i]} * scale, 4);
  return simde_mm512_loadu_si512(lanes);
}
inline void mask_i32scatter_ps(float* p, unsigned mask, __m512i index, __m512 v) {
  alignas(64) int32_t at[16];
  alignas(64) float lanes[16];
  simde_mm512_storeu_si512(at, index);
  simde_mm512_storeu_ps(lanes, v);
  for (int i = 0; i < 16; ++i)
    if ((mask >> i & 1u) != 0) p[at[i]] = lanes[i];
}

}  // namespace emulated
}  // namespace
}  // namespace hearth::kernels

// The names are the processor's own: replacing them is what this file is for.
// NOLINTBEGIN(bugprone-reserved-identifier)
#undef _mm512_cvtph_ps
#undef _mm512_cvtps_ph
#undef _mm512_cvtepu16_epi32
#undef _mm512_cvtepu8_epi32
#undef _mm512_cvtepi8_epi32
#undef _mm512_cvtepi32_ps
#undef _mm512_cvtps_epi32
#undef _mm512_cvtepi32_epi16
#undef _mm512_srai_epi32
#undef _mm512_maskz_loadu_ps
#undef _mm512_mask_storeu_ps
#undef _mm512_maskz_loadu_epi8
#undef _mm512_i32gather_epi32
#undef _mm512_i32gather_ps
#undef _mm512_mask_i32scatter_ps
#define _mm512_cvtph_ps(a) emulated::cvtph_ps(a)
#define _mm512_cvtps_ph(a, rounding) emulated::cvtps_ph(a)
#define _mm512_cvtepu16_epi32(a) emulated::cvtepu16_epi32(a)
#define _mm512_cvtepu8_epi32(a) emulated::cvtepu8_epi32(a)
#define _mm512_cvtepi8_epi32(a) emulated::cvtepi8_epi32(a)
#define _mm512_cvtepi32_ps(a) emulated::cvtepi32_ps(a)
#define _mm512_cvtps_epi32(a) emulated::cvtps_epi32(a)
#define _mm512_cvtepi32_epi16(a) emulated::cvtepi32_epi16(a)
#define _mm512_srai_epi32(a, count) emulated::srai_epi32(a, count)
#define _mm512_maskz_loadu_ps(mask, p) emulated::maskz_loadu_ps(mask, p)
#define _mm512_mask_storeu_ps(p, mask, v) emulated::mask_storeu_ps(p, mask, v)
#define _mm512_maskz_loadu_epi8(mask, p) emulated::maskz_loadu_epi8(mask, p)
#define _mm512_i32gather_epi32(index, p, scale) emulated::i32gather_epi32(index, p, scale)
#define _mm512_i32gather_ps(index, p, scale) \
  simde_mm512_castsi512_ps(emulated::i32gather_epi32(index, p, scale))
#define _mm512_mask_i32scatter_ps(p, mask, index, v, scale) \
  emulated::mask_i32scatter_ps(p, mask, index, v)
// NOLINTEND(bugprone-reserved-identifier)

#include "kernels/simd_avx512.h"
