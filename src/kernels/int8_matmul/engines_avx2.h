// How AVX2 multiplies tiles (see tile_products.h).
#pragma once

#include "kernels/int8_matmul/quantized_rows.h"
#include "kernels/int8_matmul/scales_avx2.h"

namespace hearth::kernels {
namespace {

struct EightLanes {
  using F = __m256;
  using I = __m256i;
  static constexpr int64_t kLanes = 8;
  static constexpr int kVectors = 2;  // 16 rows
  static constexpr int kTokens = 3;   // 6 sums and their products, two vectors of W, one of x
  static void read_scales(const WeightMatrix& w, const AffineWeights& view, int64_t n, int64_t rows,
                          const ScaleRoom& room, float* decoded) {
    for (int64_t i = 0; i < 16; i += kScaleRows)
      read_eight_rows(w, view, i < rows ? n + i : n, i < rows ? rows - i : 1,
                      {room.scale + i, room.offset + i, room.stride}, decoded);
  }
  static F set1(float v) { return _mm256_set1_ps(v); }
  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, F v) { _mm256_storeu_ps(p, v); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static I add(I a, I b) { return _mm256_add_epi32(a, b); }
  static F to_float(I a) { return _mm256_cvtepi32_ps(a); }
  static I add_over(I sum, I over) { return add(sum, _mm256_slli_epi32(over, kOverBits)); }
  static I dword(const std::byte* p) {
    int32_t value;
    std::memcpy(&value, p, sizeof(value));
    return _mm256_set1_epi32(value);
  }
  static I vector(const std::byte* p) { return _mm256_loadu_si256(reinterpret_cast<const I*>(p)); }
  template <int T>
  [[gnu::always_inline]] static void clear(I (*sums)[T]) {
    for (int v = 0; v < kVectors; ++v)
      for (int t = 0; t < T; ++t) sums[v][t] = _mm256_setzero_si256();
  }
  // Integer sums may be taken in any order, and compilers would take all products first and keep
  // them in memory: here the sums must stand in registers.
  template <int T>
  [[gnu::always_inline]] static void keep_order(I (*sums)[T]) {
    for (int v = 0; v < kVectors; ++v)
      for (int t = 0; t < T; ++t) asm("" : "+x"(sums[v][t]));
  }
  /// sums = for all steps of a segment, add(sums, four bytes of each row, four bytes of x).
  template <int64_t kSteps, int T, class Add>
  [[gnu::always_inline]] static void sum_steps(const std::byte* w, const std::byte* const* x,
                                               I (*sums)[T], Add add) {
    clear(sums);
    for (int64_t step = 0; step < kSteps; ++step) {
      const I w0 = vector(w + step * 64), w1 = vector(w + step * 64 + 32);
      for (int t = 0; t < T; ++t) {
        const I columns = dword(x[t] + step * 4);
        sums[0][t] = add(sums[0][t], w0, columns);
        sums[1][t] = add(sums[1][t], w1, columns);
      }
      keep_order(sums);
    }
  }
  static void put(std::byte* p, I v) { _mm256_storeu_si256(reinterpret_cast<I*>(p), v); }
};

// Nibbles against bytes of x: four columns a step. The 16-bit sums of a segment do not overflow:
// 16 products of at most 15 * 128.
struct NibbleEngine : EightLanes {
  static constexpr bool kHasOver = true;
  static constexpr int64_t kSteps = 8;
  static constexpr int64_t kSegmentBytes = kSteps * 64;
  static constexpr int64_t kStepBytes = 32;

  static const std::byte* codes(const CodedRows& x, int64_t token, int64_t segment) {
    return reinterpret_cast<const std::byte*>(x.codes + token * x.cols + segment * kSegment);
  }
  static const std::byte* over_codes(const CodedRows& x, int64_t token, int64_t segment) {
    return reinterpret_cast<const std::byte*>(x.over + token * x.cols + segment * kSegment);
  }

  template <int T>
  [[gnu::always_inline]] static void products(const std::byte* w, const std::byte* const* x,
                                              I (*sums)[T]) {
    sum_steps<kSteps>(w, x, sums, [](I sum, I rows, I columns) {
      return _mm256_add_epi16(sum, _mm256_maddubs_epi16(rows, columns));
    });
    const I ones = _mm256_set1_epi16(1);
    for (int t = 0; t < T; ++t) {
      sums[0][t] = _mm256_madd_epi16(sums[0][t], ones);
      sums[1][t] = _mm256_madd_epi16(sums[1][t], ones);
    }
  }

  // Low nibbles are the first 16 columns of x's order, high nibbles the others.
  static void unpack(const std::byte* const* rows, const AffineWeights& view, int64_t segments,
                     std::byte* tile) {
    const I mask = _mm256_set1_epi8(15), flip = _mm256_set1_epi8(static_cast<char>(view.flip));
    for (int64_t s = 0; s < segments; s += 2) {
      const int64_t next = s + 1 < segments ? s + 1 : s;
      I low[8], high[8];
      for (int i = 0; i < 8; ++i) {
        const auto half = [&](int64_t segment) {
          return _mm_loadu_si128(
              reinterpret_cast<const __m128i*>(rows[i] + segment * view.segment_bytes));
        };
        const I codes = _mm256_xor_si256(
            _mm256_inserti128_si256(_mm256_castsi128_si256(half(s)), half(next), 1), flip);
        low[i] = _mm256_and_si256(codes, mask);
        high[i] = _mm256_and_si256(_mm256_srli_epi16(codes, 4), mask);
      }
      transpose(low);
      transpose(high);
      for (int64_t j = 0; j < 4; ++j) {
        put(tile + s * kSegmentBytes + j * 64, low[j]);
        put(tile + s * kSegmentBytes + (4 + j) * 64, high[j]);
        put(tile + next * kSegmentBytes + j * 64, next == s ? low[j] : low[4 + j]);
        put(tile + next * kSegmentBytes + (4 + j) * 64, next == s ? high[j] : high[4 + j]);
      }
    }
  }
};

// Bytes as 16 bits against 16 bits of x, two columns a step: as fast as 8 bits would be without a
// product of bytes that cannot saturate, and x keeps all its bits.
struct WideEngine : EightLanes {
  static constexpr bool kHasOver = false;
  static constexpr int64_t kSteps = 16;
  static constexpr int64_t kSegmentBytes = kSteps * 64;
  static constexpr int64_t kStepBytes = 64;

  static const std::byte* codes(const CodedRows& x, int64_t token, int64_t segment) {
    return reinterpret_cast<const std::byte*>(x.wide + token * x.cols + segment * kSegment);
  }
  static const std::byte* over_codes(const CodedRows& x, int64_t token, int64_t segment) {
    return codes(x, token, segment);
  }

  template <int T>
  [[gnu::always_inline]] static void products(const std::byte* w, const std::byte* const* x,
                                              I (*sums)[T]) {
    sum_steps<kSteps>(w, x, sums, [](I sum, I rows, I columns) {
      return _mm256_add_epi32(sum, _mm256_madd_epi16(rows, columns));
    });
  }

  static void unpack(const std::byte* const* rows, const AffineWeights& view, int64_t segments,
                     std::byte* tile) {
    const __m128i flip = _mm_set1_epi8(static_cast<char>(view.flip));
    for (int64_t s = 0; s < segments; ++s) {
      for (int64_t half = 0; half < 2; ++half) {
        I codes[8];
        for (int i = 0; i < 8; ++i) {
          const auto* p = reinterpret_cast<const __m128i*>(rows[i] + s * view.segment_bytes);
          codes[i] = _mm256_cvtepu8_epi16(_mm_xor_si128(_mm_loadu_si128(p + half), flip));
        }
        transpose(codes);
        for (int64_t j = 0; j < 8; ++j)
          put(tile + s * kSegmentBytes + (half * 8 + j) * 64, codes[j]);
      }
    }
  }
};

}  // namespace
}  // namespace hearth::kernels
