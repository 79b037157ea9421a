// Scales and offsets of eight rows side by side, as read_affine() gives them, with AVX2.
#pragma once

#include <cstring>

#include "kernels/int8_matmul/affine_weights.h"
#include "kernels/matmul/decode.h"
#include "kernels/simd_avx2.h"

namespace hearth::kernels {
namespace {

/// Element i of vector j becomes element j of vector i.
inline void transpose(__m256i* v) {
  __m256i a[8], b[8];
  for (int i = 0; i < 4; ++i) {
    a[2 * i] = _mm256_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
    a[2 * i + 1] = _mm256_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
  }
  for (int i = 0; i < 2; ++i) {
    b[4 * i] = _mm256_unpacklo_epi64(a[4 * i], a[4 * i + 2]);
    b[4 * i + 1] = _mm256_unpackhi_epi64(a[4 * i], a[4 * i + 2]);
    b[4 * i + 2] = _mm256_unpacklo_epi64(a[4 * i + 1], a[4 * i + 3]);
    b[4 * i + 3] = _mm256_unpackhi_epi64(a[4 * i + 1], a[4 * i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm256_permute2x128_si256(b[i], b[4 + i], 0x20);
    v[4 + i] = _mm256_permute2x128_si256(b[i], b[4 + i], 0x31);
  }
}

/// Where the scales and offsets of a block of rows go: those of group g and row i at
/// [g * stride + i].
struct ScaleRoom {
  float* scale;
  float* offset;
  int64_t stride;
};

inline constexpr int64_t kScaleRows = 8;
/// Floats of `decoded` below.
inline int64_t decoded_floats(const AffineWeights& view) { return 2 * kScaleRows * view.groups; }

// Eight halves, one in each row, as floats. Rows past the last valid one repeat row 0.
inline __m256 eight_halves(const std::byte* const* rows, int64_t at) {
  alignas(16) uint16_t bits[8];
  for (int i = 0; i < 8; ++i) std::memcpy(&bits[i], rows[i] + at, sizeof(uint16_t));
  return _mm256_cvtph_ps(_mm_load_si128(reinterpret_cast<const __m128i*>(bits)));
}

inline void read_block_scales(const WeightMatrix& w, const AffineWeights& view, int64_t n,
                              int64_t rows, const ScaleRoom& room) {
  const bool has_minimum = w.type == ElementType::q4_1;
  const std::byte* headers[8];
  for (int64_t i = 0; i < 8; ++i) headers[i] = view.segment(i < rows ? n + i : n, 0) - view.header;
  for (int64_t g = 0; g < view.groups; ++g) {
    const __m256 scale = eight_halves(headers, g * view.segment_bytes);
    const __m256 offset =
        has_minimum ? eight_halves(headers, g * view.segment_bytes + 2)
                    : _mm256_xor_ps(_mm256_set1_ps(-0.0f),
                                    _mm256_mul_ps(scale, _mm256_set1_ps(view.zero_point)));
    _mm256_storeu_ps(room.scale + g * room.stride, scale);
    _mm256_storeu_ps(room.offset + g * room.stride, offset);
  }
}

// Scales and zero points of eight rows lie in one piece: decoded there, [rows, groups], and then
// turned.
inline void read_group_scales(const WeightMatrix& w, const AffineWeights& view, int64_t n,
                              int64_t rows, const ScaleRoom& room, float* decoded) {
  const int64_t groups = view.groups;
  float* zeros = decoded + kScaleRows * groups;
  read_scales<Avx2>(w, n * groups, rows * groups, decoded, zeros);
  const auto put = [&](int64_t g, __m256 scale, __m256 zero) {
    const __m256 product =
        _mm256_mul_ps(scale, _mm256_add_ps(zero, _mm256_set1_ps(view.zero_point)));
    _mm256_storeu_ps(room.scale + g * room.stride, scale);
    _mm256_storeu_ps(room.offset + g * room.stride, _mm256_xor_ps(_mm256_set1_ps(-0.0f), product));
  };
  int64_t g = 0;
  for (; g + 8 <= groups; g += 8) {
    __m256i scale[8], zero[8];
    for (int64_t i = 0; i < 8; ++i) {
      const int64_t at = (i < rows ? i : 0) * groups + g;
      scale[i] = _mm256_castps_si256(_mm256_loadu_ps(decoded + at));
      zero[i] = _mm256_castps_si256(_mm256_loadu_ps(zeros + at));
    }
    transpose(scale);
    transpose(zero);
    for (int64_t i = 0; i < 8; ++i)
      put(g + i, _mm256_castsi256_ps(scale[i]), _mm256_castsi256_ps(zero[i]));
  }
  for (; g < groups; ++g) {
    alignas(32) float scale[8], zero[8];
    for (int64_t i = 0; i < 8; ++i) {
      const int64_t at = (i < rows ? i : 0) * groups + g;
      scale[i] = decoded[at];
      zero[i] = zeros[at];
    }
    put(g, _mm256_load_ps(scale), _mm256_load_ps(zero));
  }
}

/// Of rows n to n + 7; only the first `rows` of them are there.
inline void read_eight_rows(const WeightMatrix& w, const AffineWeights& view, int64_t n,
                            int64_t rows, const ScaleRoom& room, float* decoded) {
  if (view.header > 0) {
    read_block_scales(w, view, n, rows < 8 ? rows : 8, room);
  } else {
    read_group_scales(w, view, n, rows < 8 ? rows : 8, room, decoded);
  }
}

}  // namespace
}  // namespace hearth::kernels
