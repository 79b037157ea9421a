// Scales and offsets with rows as lanes, as read_affine() gives them, for sixteen rows at a time.
#pragma once

#include <algorithm>

#include "kernels/int8_matmul/row_codes_avx512.h"
#include "kernels/matmul/decode.h"
#include "kernels/transpose_avx512.h"

namespace hearth::kernels {
namespace {

/// What a group of sixteen rows shares, [groups][16] each, groups `stride` floats apart.
struct LaneScales {
  float* scale;
  float* offset;
  int64_t stride = kSixteen;
};

/// Scales and offsets of some rows, decoded run by run of neighbouring rows, whose scales lie in
/// one piece; [rows, groups].
class DecodedScales {
 public:
  DecodedScales(const WeightMatrix& w, const AffineWeights& view, int64_t rows, float* room)
      : w_(w), view_(view), scale_(room), offset_(room + rows * view.groups) {}

  /// Rows [n, n + rows), to stand from row `at` on.
  void read(int64_t n, int64_t rows, int64_t at) const {
    const int64_t count = rows * view_.groups, to = at * view_.groups;
    read_scales<Avx512>(w_, n * view_.groups, count, scale_ + to, offset_ + to);
    const __m512 zero_point = _mm512_set1_ps(view_.zero_point), minus = _mm512_set1_ps(-0.0f);
    for (int64_t i = to; i < to + count; i += kSixteen) {
      const int64_t n_here = std::min(to + count - i, kSixteen);
      const __m512 zero = Avx512::load_partial(offset_ + i, n_here);
      const __m512 s = Avx512::load_partial(scale_ + i, n_here);
      const __m512 product = _mm512_mul_ps(s, _mm512_add_ps(zero, zero_point));
      Avx512::store_partial(offset_ + i, _mm512_xor_ps(minus, product), n_here);
    }
  }
  /// Those of sixteen of the rows read, as lanes; rows.first and stride count rows as they stand
  /// here.
  void turn(const SixteenRows& rows, const LaneScales& out) const {
    turn(scale_, rows, out.scale, out.stride);
    turn(offset_, rows, out.offset, out.stride);
  }

 private:
  void turn(const float* from, const SixteenRows& rows, float* out, int64_t stride) const {
    for (int64_t g = 0; g < view_.groups; g += kSixteen) {
      const int64_t groups = std::min(view_.groups - g, kSixteen);
      __m512i v[kSixteen];
      for (int64_t i = 0; i < kSixteen; ++i)
        v[i] = Avx512::as_int(
            Avx512::load_partial(from + (rows.first + rows.offset(i)) * view_.groups + g, groups));
      transpose16(v);
      for (int64_t i = 0; i < groups; ++i) _mm512_storeu_si512(out + (g + i) * stride, v[i]);
    }
  }

  const WeightMatrix& w_;
  const AffineWeights& view_;
  float* scale_;
  float* offset_;
};

/// Scales that stand before each segment (GGUF's blocks), read where they lie.
struct HeaderScales {
  const std::byte* first;  // the header of segment 0 of the first row
  __m512i rows;            // bytes from there to each row's

  HeaderScales(const AffineWeights& view, const SixteenRows& sixteen)
      : first(view.segment(sixteen.first, 0) - view.header) {
    alignas(64) int32_t bytes[kSixteen];
    for (int64_t i = 0; i < kSixteen; ++i)
      bytes[i] = static_cast<int32_t>(sixteen.offset(i) * view.row_bytes);
    rows = _mm512_load_si512(bytes);
  }
  /// Of a group: two halves (q4_1) or one.
  void read(const AffineWeights& view, int64_t group, __m512* scale, __m512* offset) const {
    const __m512i words = _mm512_i32gather_epi32(rows, first + group * view.segment_bytes, 1);
    *scale = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(words));
    *offset = view.header == 4
                  ? _mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(words, 16)))
                  : _mm512_xor_ps(_mm512_set1_ps(-0.0f),
                                  _mm512_mul_ps(*scale, _mm512_set1_ps(view.zero_point)));
  }
};

/// Scales that are halves, with zero points of four bits or none, of groups read in order where
/// they lie: spread over the products like this they cost one token nothing, decoded before them 10
/// %.
template <bool kHasZeros>
class StoredScales {
 public:
  static bool takes(const WeightMatrix& w, const AffineWeights& view) {
    const bool zeros_fit = kHasZeros ? w.zero_points != nullptr && !w.zero_point_is_scalar &&
                                           w.zero_point_type == ElementType::u4
                                     : w.zero_points == nullptr;
    return zeros_fit && view.header == 0 && w.scale_type == ElementType::f16 &&
           w.tensor_scale == 1.0f && view.groups % kQuad == 0 && view.groups >= 2 * kQuad;
  }

  StoredScales(const WeightMatrix& w, const AffineWeights& view, const SixteenRows& rows)
      : scales_(w.scales + rows.first * view.groups * kHalf),
        zeros_(kHasZeros ? w.zero_points + rows.first * view.groups / 2 : nullptr),
        groups_(view.groups),
        row_bytes_(rows.offset(1) * view.groups / 2),
        zero_point_(_mm512_set1_ps(view.zero_point)) {
    alignas(64) int32_t at[kSixteen];
    for (int64_t i = 0; i < kSixteen; ++i)
      at[i] = static_cast<int32_t>(rows.offset(i) * view.groups / 2);
    half_bytes_ = _mm512_load_si512(at);
  }
  /// Those of the rows `rows` after each.
  StoredScales neighbours(int64_t rows) const {
    StoredScales other = *this;
    other.scales_ += rows * groups_ * kHalf;
    other.zeros_ += rows * groups_ / 2;
    return other;
  }
  /// Those of the neighbours will be needed soon: a row's are half a line or a few.
  void prefetch_next() const {
    auto scales = reinterpret_cast<uintptr_t>(scales_ + groups_ * kHalf);
    auto zeros = reinterpret_cast<uintptr_t>(zeros_) + 64;
    for (int64_t i = 0; i < kSixteen; ++i) {
      for (int64_t b = 0; b < groups_ * kHalf; b += 64)
        Avx512::prefetch(scales + static_cast<uintptr_t>(b));
      if constexpr (kHasZeros) Avx512::prefetch(zeros);
      scales += static_cast<uintptr_t>(4 * row_bytes_);
      zeros += static_cast<uintptr_t>(row_bytes_);
    }
  }

  /// Of one group after the other.
  [[gnu::always_inline]] void read(int64_t group, __m512* scale, __m512* offset) {
    if (group % 2 == 0) {
      const __m512i rows = _mm512_slli_epi32(half_bytes_, 2);
      halves_ = _mm512_i32gather_epi32(rows, scales_ + group * kHalf, 1);
    } else {
      halves_ = _mm512_srli_epi32(halves_, 16);
    }
    *scale = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(halves_));
    __m512 zero = zero_point_;
    if constexpr (kHasZeros) {
      if (group % kQuad == 0) read_zeros(group);
      const __m512i four_bits = _mm512_and_si512(nibbles_, _mm512_set1_epi32(15));
      zero = _mm512_add_ps(_mm512_cvtepi32_ps(four_bits), zero);
      nibbles_ = _mm512_srli_epi32(nibbles_, 4);
    }
    *offset = _mm512_xor_ps(_mm512_set1_ps(-0.0f), _mm512_mul_ps(*scale, zero));
  }
  /// Of all groups: eight of them are 16 bytes of every row, turned, which takes a quarter of the
  /// instructions of gathering them two by two.
  void read_all(const LaneScales& out) const {
    const QuarterPointers rows(scales_, row_bytes_ * 2 * kHalf);
    for (int64_t g = 0; g < groups_; g += 8) {
      const int64_t first = std::min(g, groups_ - 8);  // nothing is read past the end
      __m512i pairs[4];
      turn_quarters(rows, first * kHalf, pairs);
      __m512i nibbles = _mm512_setzero_si512();
      if constexpr (kHasZeros) nibbles = _mm512_i32gather_epi32(half_bytes_, zeros_ + first / 2, 1);
      float* scale = out.scale + first * out.stride;
      float* offset = out.offset + first * out.stride;
      unrolled<8>([&](auto i) HEARTH_INLINE {
        const __m512i half = i % 2 == 0 ? pairs[i / 2] : _mm512_srli_epi32(pairs[i / 2], 16);
        const __m512 s = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(half));
        __m512 zero = zero_point_;
        if constexpr (kHasZeros) {
          const __m512i code =
              _mm512_and_si512(_mm512_srli_epi32(nibbles, 4 * i), _mm512_set1_epi32(15));
          zero = _mm512_add_ps(_mm512_cvtepi32_ps(code), zero);
        }
        _mm512_storeu_ps(scale + i * out.stride, s);
        _mm512_storeu_ps(offset + i * out.stride,
                         _mm512_xor_ps(_mm512_set1_ps(-0.0f), _mm512_mul_ps(s, zero)));
      });
    }
  }

 private:
  static constexpr int64_t kQuad = 4;
  static constexpr int64_t kHalf = 2;

  // Four groups are 16 bits: the last four with those before them, as nothing is read past the end.
  void read_zeros(int64_t group) {
    const bool is_last = group == groups_ - kQuad;
    nibbles_ = _mm512_i32gather_epi32(half_bytes_, zeros_ + (group - (is_last ? kQuad : 0)) / 2, 1);
    if (is_last) nibbles_ = _mm512_srli_epi32(nibbles_, 16);
  }

  const std::byte* scales_;  // of the first row
  const std::byte* zeros_;
  int64_t groups_;
  int64_t row_bytes_;  // of zero points, from one of the sixteen rows to the next
  __m512 zero_point_;
  __m512i half_bytes_;  // from the first row's zero points to each row's
  __m512i halves_ = _mm512_setzero_si512();
  __m512i nibbles_ = _mm512_setzero_si512();
};

/// The lines that the scales and zero points of rows [n, n + rows) lie in will be needed soon.
inline void prefetch_scales(const WeightMatrix& w, const AffineWeights& view, int64_t n,
                            int64_t rows) {
  const auto ask_for = [&](const std::byte* data, ElementType type) {
    const int64_t bits = static_cast<int64_t>(bits_of(type)) * view.groups;
    const auto begin = reinterpret_cast<uintptr_t>(data) + static_cast<uintptr_t>(n * bits / 8);
    for (int64_t i = 0; i < rows * bits / 8; i += 64)
      Avx512::prefetch(begin + static_cast<uintptr_t>(i));
  };
  if (view.header > 0) return;
  ask_for(w.scales, w.scale_type);
  if (w.zero_points != nullptr && !w.zero_point_is_scalar)
    ask_for(w.zero_points, w.zero_point_type);
}

}  // namespace
}  // namespace hearth::kernels
