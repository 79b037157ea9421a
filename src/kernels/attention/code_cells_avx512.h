// Cells of the cache as 16-bit codes in the pairs that vpdpwssd and tdpbf16ps multiply, each cell
// with a step: an element is step * code. What becomes of a cell depends on that cell alone, and
// the codes of one with an infinity or a NaN are 0, its step a NaN: only who sees that cell is
// harmed.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/attention/cell.h"
#include "kernels/attention/span_pieces.h"
#include "kernels/simd_avx512.h"

namespace hearth::kernels {
namespace {

// Element types of the cache: 16 elements as f32, those that the mask leaves out as 0.
struct CellsF32 {
  static constexpr int64_t kBytes = 4;
  static __m512 load(const std::byte* p, __mmask16 m) { return _mm512_maskz_loadu_ps(m, p); }
};
struct CellsF16 {
  static constexpr int64_t kBytes = 2;
  static __m512 load(const std::byte* p, __mmask16 m) {
    return widen(_mm256_maskz_loadu_epi16(m, p));
  }
  static __m512 widen(__m256i x) { return _mm512_cvtph_ps(x); }
};
struct CellsBf16 {
  static constexpr int64_t kBytes = 2;
  static __m512 load(const std::byte* p, __mmask16 m) {
    return widen(_mm256_maskz_loadu_epi16(m, p));
  }
  static __m512 widen(__m256i x) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16));
  }
};

inline __mmask16 first_lanes(int64_t count) {
  return count >= 16 ? __mmask16{0xffff} : static_cast<__mmask16>((1u << count) - 1u);
}
inline __m512i magnitude(__m512 x) {
  return _mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(0x7fffffff));
}
inline __m512i magnitude_of_halves(__m512i x) {
  return _mm512_and_si512(x, _mm512_set1_epi16(0x7fff));
}

/// One step of the codes, and codes to a unit, for 16 cells or for one.
struct CodeSteps {
  __m512 step, codes;
};

/// Integers of 12 bits and a sign, for vpdpwssd: about what an f16 holds of the largest element of
/// a query or cell. 2^24 * 128 products fit 31 bits.
struct IntegerCodes {
  static constexpr float kLimit = 4095.0f;
  /// `most` has the largest magnitudes, or their bits where not finite.
  static CodeSteps steps(__m512 most, float limit = kLimit) {
    // Next to nothing is nothing: its reciprocal would not be a number.
    const __mmask16 some = _mm512_cmp_ps_mask(most, _mm512_set1_ps(0x1p-100f), _CMP_NLT_UQ);
    return {_mm512_maskz_mul_ps(some, most, _mm512_set1_ps(1.0f / limit)),
            _mm512_maskz_div_ps(some, _mm512_set1_ps(limit), most)};
  }
  /// In the low half of each lane. Not a number and beyond become 0 there.
  static __m512i codes(__m512 x, __m512 codes) {
    return _mm512_cvtps_epi32(_mm512_mul_ps(x, codes));
  }
  static __m512i of_integers(__m512i pairs) { return pairs; }
};

#if defined(__AVX512BF16__)
/// bf16, for tdpbf16ps; the step is 1.
struct Bf16Codes {
  static CodeSteps steps(__m512 most) {
    const __mmask16 numbers = _mm512_cmp_ps_mask(most, _mm512_set1_ps(0x1.fep127f), _CMP_LE_OQ);
    const __m512 one = _mm512_set1_ps(1.0f);
    return {_mm512_mask_blend_ps(numbers, _mm512_set1_ps(__builtin_nanf("")), one),
            _mm512_maskz_mov_ps(numbers, one)};
  }
  static __m512i codes(__m512 x, __m512 codes) {
    const __mmask16 numbers = _mm512_cmp_ps_mask(codes, _mm512_setzero_ps(), _CMP_NEQ_OQ);
    return _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_maskz_cvtneps_pbh(numbers, x)));
  }
  static __m512i of_integers(__m512i pairs);
};
#endif

/// The low halves of even and odd, one after the other.
inline __m512i pair_codes(__m512i even, __m512i odd) {
  return _mm512_mask_blend_epi16(0xaaaaaaaau, even, _mm512_slli_epi32(odd, 16));
}

#if defined(__AVX512BF16__)
inline __m512i Bf16Codes::of_integers(__m512i pairs) {
  const __m512 one = _mm512_set1_ps(1.0f);
  const __m512i even = _mm512_srai_epi32(_mm512_slli_epi32(pairs, 16), 16);
  return pair_codes(codes(_mm512_cvtepi32_ps(even), one),
                    codes(_mm512_cvtepi32_ps(_mm512_srai_epi32(pairs, 16)), one));
}
#endif

/// Largest magnitudes of the keys [D, kBlockTokens] of 32 cells.
template <class Type>
inline void largest_keys(const Piece& keys, int64_t dim, __m512 (&most)[2]) {
  if constexpr (Type::kBytes == 2) {
    __m512i all = _mm512_setzero_si512();
    for (int64_t d = 0; d < dim; ++d) {
      prefetch(keys.ahead + d * 64);
      all = _mm512_max_epu16(all, magnitude_of_halves(_mm512_loadu_si512(keys.data + d * 64)));
    }
    most[0] = Type::widen(_mm512_castsi512_si256(all));
    most[1] = Type::widen(_mm512_extracti64x4_epi64(all, 1));
  } else {
    __m512i all[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (int64_t d = 0; d < dim; ++d)
      for (int64_t half = 0; half < 2; ++half) {
        const int64_t at = d * 128 + half * 64;
        prefetch(keys.ahead + at);
        all[half] = _mm512_max_epu32(all[half], magnitude(Type::load(keys.data + at, 0xffff)));
      }
    for (int64_t half = 0; half < 2; ++half) most[half] = _mm512_castsi512_ps(all[half]);
  }
}

inline uint16_t largest_half(__m512i halves) {
  const __m256i four =
      _mm256_max_epu16(_mm512_castsi512_si256(halves), _mm512_extracti64x4_epi64(halves, 1));
  const __m128i two =
      _mm_max_epu16(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
  const __m128i least = _mm_minpos_epu16(_mm_xor_si128(two, _mm_set1_epi16(-1)));
  return static_cast<uint16_t>(~_mm_cvtsi128_si32(least));
}

/// Largest magnitude of one cell's values.
template <class Type>
inline float largest_value(const std::byte* values, int64_t dim) {
  if constexpr (Type::kBytes == 2) {
    __m512i all = _mm512_setzero_si512();
    for (int64_t d = 0; d < dim; d += 32) {
      const __mmask32 lanes = dim - d >= 32 ? ~0u : (1u << (dim - d)) - 1u;
      all = _mm512_max_epu16(all,
                             magnitude_of_halves(_mm512_maskz_loadu_epi16(lanes, values + d * 2)));
    }
    return _mm512_cvtss_f32(
        Type::widen(_mm256_set1_epi16(static_cast<int16_t>(largest_half(all)))));
  } else {
    __m512i all = _mm512_setzero_si512();
    for (int64_t d = 0; d < dim; d += 16)
      all = _mm512_max_epu32(all, magnitude(Type::load(values + d * 4, first_lanes(dim - d))));
    return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128(_mm512_reduce_max_epu32(all))));
  }
}

/// Blocks of floats to codes. Pairs of keys: [(D + 1) / 2, kBlockTokens, 2], of two elements; pairs
/// of values: [kBlockTokens / 2, stride, 2], of two cells, with stride Dv up to a multiple of 16.
/// Steps and units (codes to a unit of the element): [kBlockTokens].
template <class Codes, class Type>
struct FloatCells {
  static constexpr bool kKept = false;
  static void keys(const KvLayout& layout, const Piece& keys, int16_t* pairs, float* steps) {
    constexpr int64_t kHalf = 16 * Type::kBytes, kRow = 2 * kHalf;
    const int64_t dim = layout.key_dim;
    __m512 most[2];
    largest_keys<Type>(keys, dim, most);
    for (int64_t half = 0; half < 2; ++half) {
      const CodeSteps of = Codes::steps(most[half]);
      _mm512_storeu_ps(steps + half * 16, of.step);
      const std::byte* row = keys.data + half * kHalf;
      int16_t* out = pairs + half * 32;
      for (int64_t d = 0; d < dim; d += 2, row += 2 * kRow, out += 64) {
        const __m512i even = Codes::codes(Type::load(row, 0xffff), of.codes);
        const __m512i odd = d + 1 < dim ? Codes::codes(Type::load(row + kRow, 0xffff), of.codes)
                                        : _mm512_setzero_si512();
        _mm512_storeu_si512(out, pair_codes(even, odd));
      }
    }
  }

  static void value_steps(const KvLayout& layout, const Piece& values, float* steps, float* units) {
    const int64_t row_bytes = layout.value_dim * Type::kBytes;
    alignas(64) float most[kBlockTokens];
    for (int64_t c = 0; c < kBlockTokens; ++c) {
      prefetch(values.ahead, static_cast<size_t>(c * row_bytes),
               static_cast<size_t>((c + 1) * row_bytes));
      most[c] = largest_value<Type>(values.data + c * row_bytes, layout.value_dim);
    }
    for (int64_t c = 0; c < kBlockTokens; c += 16) {
      const CodeSteps of = Codes::steps(_mm512_load_ps(most + c));
      _mm512_storeu_ps(steps + c, of.step);
      _mm512_storeu_ps(units + c, of.codes);
    }
  }

  static void values(const KvLayout& layout, const Piece& values, int64_t stride,
                     const float* units, int16_t* pairs) {
    const int64_t dim = layout.value_dim;
    for (int64_t c = 0; c < kBlockTokens; c += 2, pairs += 2 * stride) {
      const std::byte* row = values.data + c * dim * Type::kBytes;
      const __m512 even_units = _mm512_set1_ps(units[c]), odd_units = _mm512_set1_ps(units[c + 1]);
      for (int64_t d = 0; d < dim; d += 16) {
        const __mmask16 lanes = first_lanes(dim - d);
        const __m512i even = Codes::codes(Type::load(row + d * Type::kBytes, lanes), even_units);
        const __m512i odd =
            Codes::codes(Type::load(row + (dim + d) * Type::kBytes, lanes), odd_units);
        _mm512_storeu_si512(pairs + 2 * d, pair_codes(even, odd));
      }
    }
  }
};

/// Blocks of u4 codes to the same: (code - zero) * multiplier is an integer of 12 bits already, and
/// the cell's scale is the step.
template <class Codes>
struct NibblePairs {
  static constexpr bool kKept = false;
  static void keys(const KvLayout& layout, const Piece& keys, int16_t* pairs, float* steps) {
    const CodePiece piece = key_piece(layout);
    const std::byte* data = keys.data;
    std::memcpy(steps, data + piece.scales, kBlockTokens * sizeof(float));
    prefetch(keys.ahead, piece.scales, piece.bytes);
    for (int64_t d = 0; d < layout.key_dim; d += 2) {
      const int64_t at = d / 2 * kBlockTokens;
      prefetch(keys.ahead + at);
      for (int64_t half = 0; half < kBlockTokens; half += 16, pairs += 32) {
        const int64_t group = d / kCodeGroup * kBlockTokens + half;
        __m512i codes = bytes(data + at + half);
        // Element d is in the lower half of a byte, d + 1 in the upper.
        codes = _mm512_and_si512(_mm512_or_si512(codes, _mm512_slli_epi32(codes, 12)),
                                 _mm512_set1_epi32(0x000f000f));
        codes = _mm512_sub_epi16(codes, both(bytes(data + piece.zeros + group)));
        codes = _mm512_mullo_epi16(codes, both(bytes(data + piece.multipliers + group)));
        _mm512_storeu_si512(pairs, Codes::of_integers(codes));
      }
    }
  }

  static void value_steps(const KvLayout& layout, const Piece& values, float* steps, float*) {
    std::memcpy(steps, values.data + value_piece(layout).scales, kBlockTokens * sizeof(float));
  }

  static void values(const KvLayout& layout, const Piece& values, int64_t stride, const float*,
                     int16_t* pairs) {
    const CodePiece piece = value_piece(layout);
    const std::byte* data = values.data;
    const int64_t dim = layout.value_dim, groups = code_groups(dim);
    const int64_t row_bytes = (dim + 1) / 2;
    prefetch(values.ahead, piece.scales, piece.bytes);
    for (int64_t c = 0; c < kBlockTokens; c += 2, pairs += 2 * stride) {
      prefetch(values.ahead, static_cast<size_t>(c * row_bytes),
               static_cast<size_t>((c + 2) * row_bytes));
      for (int64_t d = 0; d < dim; d += 16) {
        const std::byte* row = data + c * row_bytes + d / 2;
        const int64_t group = c * groups + d / kCodeGroup;
        const auto parameters = [&](size_t offset) {
          const std::byte* of = data + offset + group;
          return _mm512_set1_epi32(static_cast<int>(of[0]) | static_cast<int>(of[groups]) << 16);
        };
        __m512i codes = pair_codes(elements(row, dim - d), elements(row + row_bytes, dim - d));
        codes = _mm512_sub_epi16(codes, parameters(piece.zeros));
        codes = _mm512_mullo_epi16(codes, parameters(piece.multipliers));
        _mm512_storeu_si512(pairs + 2 * d, Codes::of_integers(codes));
      }
    }
  }

 private:
  static __m512i bytes(const std::byte* p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static __m512i both(__m512i x) { return pair_codes(x, x); }
  // The first `count` of 16 elements of a cell.
  static __m512i elements(const std::byte* p, int64_t count) {
    const __m128i halves = _mm_maskz_loadu_epi8(first_lanes(count >= 16 ? 8 : (count + 1) / 2), p);
    const __m128i low = _mm_and_si128(halves, _mm_set1_epi8(15));
    const __m128i high = _mm_and_si128(_mm_srli_epi16(halves, 4), _mm_set1_epi8(15));
    return _mm512_cvtepu8_epi32(_mm_unpacklo_epi8(low, high));
  }
};

}  // namespace
}  // namespace hearth::kernels
