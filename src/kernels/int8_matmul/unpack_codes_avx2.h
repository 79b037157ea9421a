// Codes of a row as bytes, in the order that CodeForm names, with AVX2.
#pragma once

#include "kernels/int8_matmul/affine_weights.h"
#include "kernels/int8_matmul/quantized_rows.h"
#include "kernels/simd_avx2.h"

namespace hearth::kernels {
namespace {

/// What x meets unpacked codes in: the order in which nibbles come out.
inline CodeForm unpacked_form(const AffineWeights& view) {
  return view.is_nibbles && !view.is_split ? CodeForm::even_odd : CodeForm::bytes;
}

/// `columns` codes (whole segments) from `codes` on.
inline void unpack_codes(const AffineWeights& view, const std::byte* codes, int64_t columns,
                         std::byte* out) {
  const __m256i flip = _mm256_set1_epi8(static_cast<char>(view.flip));
  const auto put = [&](int64_t k, __m256i v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + k), v);
  };
  if (!view.is_nibbles) {
    for (int64_t k = 0; k < columns; k += kSegment, codes += view.segment_bytes)
      put(k, _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes)), flip));
    return;
  }
  // Of each segment the low nibbles of 16 bytes, then the high ones.
  const __m256i mask = _mm256_set1_epi8(15);
  for (int64_t k = 0; k < columns; k += kSegment, codes += view.segment_bytes) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes));
    const __m256i both =
        _mm256_inserti128_si256(_mm256_castsi128_si256(bytes), _mm_srli_epi16(bytes, 4), 1);
    put(k, _mm256_and_si256(_mm256_xor_si256(both, flip), mask));
  }
}

}  // namespace
}  // namespace hearth::kernels
