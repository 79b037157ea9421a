// A few tokens with AVX-512: weights are read as they lie, sixteen rows side by side, 128 columns
// at a time, and unpacked in registers; a lane of the sums is a row in the end. With more than one
// token, sixteen rows stay in cache while the tokens pass by. dot_bytes() is what the file that
// includes this has for vpdpbusd.
//
// The sixteen rows are not neighbours: a block of 128 rows is read as sixteen streams of eight
// rows, since a row (1 KB) is too short for the hardware's prefetchers. Neighbours reached 70 % of
// the bandwidth whatever was prefetched by hand, streams 80 to 87 % (a Xeon's two cores).
#pragma once

#include <algorithm>

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/int8_matmul/scales_avx2.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kSixteen = 16;
inline constexpr int64_t kStepColumns = 128;

inline constexpr int64_t kBlockRows = 128;

// The scales and offsets of at most kBlockRows rows, [groups][kBlockRows].
struct BlockScales {
  float* scale;
  float* offset;

  BlockScales(const Int8MatmulArgs& a, const AffineWeights& view, int64_t first, int64_t count,
              float* room)
      : scale(room), offset(room + kBlockRows * view.groups) {
    float* decoded = offset + kBlockRows * view.groups;
    if (view.header > 0) return;  // those are read where they lie
    for (int64_t i = 0; i < count; i += kScaleRows)
      read_eight_rows(*a.weight, view, first + i, count - i, {scale + i, offset + i, kBlockRows},
                      decoded);
  }
  static int64_t bytes(const AffineWeights& view) {
    return (2 * kBlockRows * view.groups + decoded_floats(view)) * 4;
  }
};

enum class RowLayout { nibbles, nibble_blocks, bytes, byte_blocks };

constexpr bool has_headers(RowLayout layout) {
  return layout == RowLayout::nibble_blocks || layout == RowLayout::byte_blocks;
}

// Sixteen rows of a block, `stride` rows apart. Those from `count` on are row 0 again, and their
// results are dropped.
struct SixteenRows {
  const std::byte* row[kSixteen];
  __m512i lanes;    // of the rows in the block
  __m512i headers;  // bytes from the first row's header to each
  const float* scale;
  const float* offset;

  SixteenRows(const AffineWeights& view, const BlockScales& scales, int64_t block, int64_t first,
              int64_t stride, int64_t count)
      : scale(scales.scale + first), offset(scales.offset + first) {
    alignas(64) int32_t at[kSixteen], bytes[kSixteen];
    for (int64_t i = 0; i < kSixteen; ++i) {
      const int64_t lane = i < count ? i * stride : 0;
      at[i] = static_cast<int32_t>(lane);
      bytes[i] = static_cast<int32_t>(lane * view.row_bytes);
      row[i] = view.segment(block + first + lane, 0);
    }
    lanes = _mm512_load_si512(at);
    headers = _mm512_load_si512(bytes);
  }
  // scale and offset of a group: decoded before, or with kHasHeaders read where they lie, which are
  // two halves (q4_1) or one.
  template <bool kHasHeaders>
  [[gnu::always_inline]] void read_scales(const AffineWeights& view, int64_t group, __m512* s,
                                          __m512* o) const {
    if constexpr (kHasHeaders) {
      const __m512i words =
          _mm512_i32gather_epi32(headers, row[0] - view.header + group * view.segment_bytes, 1);
      *s = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(words));
      *o = view.header == 4 ? _mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(words, 16)))
                            : _mm512_xor_ps(_mm512_set1_ps(-0.0f),
                                            _mm512_mul_ps(*s, _mm512_set1_ps(view.zero_point)));
    } else {
      *s = _mm512_i32gather_ps(lanes, scale + group * kBlockRows, 4);
      *o = _mm512_i32gather_ps(lanes, offset + group * kBlockRows, 4);
    }
  }
  // What comes 512 bytes after this step's in every stream.
  void prefetch(int64_t offset_bytes, int64_t bytes) const {
    constexpr uintptr_t kAhead = 512;
    for (const std::byte* p : row)
      for (int64_t i = 0; i < bytes; i += 64)
        Avx2::prefetch(reinterpret_cast<uintptr_t>(p) + static_cast<uintptr_t>(offset_bytes + i) +
                       kAhead);
  }
};

// v[i], four quarters of four words, becomes sums[q], sixteen rows of what quarter q adds up to.
inline void sum_quarters(const __m512i* v, __m512i* sums) {
  const auto two = [](__m512i a, __m512i b) {
    return _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  };
  const auto four = [&](const __m512i* p) {
    const __m512i a = two(p[0], p[1]), b = two(p[2], p[3]);
    return _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
  };
  const __m512i a = four(v), b = four(v + 4), c = four(v + 8), d = four(v + 12);
  const __m512i ab_low = _mm512_shuffle_i32x4(a, b, 0x44),
                cd_low = _mm512_shuffle_i32x4(c, d, 0x44);
  const __m512i ab_high = _mm512_shuffle_i32x4(a, b, 0xee);
  const __m512i cd_high = _mm512_shuffle_i32x4(c, d, 0xee);
  sums[0] = _mm512_shuffle_i32x4(ab_low, cd_low, 0x88);
  sums[1] = _mm512_shuffle_i32x4(ab_low, cd_low, 0xdd);
  sums[2] = _mm512_shuffle_i32x4(ab_high, cd_high, 0x88);
  sums[3] = _mm512_shuffle_i32x4(ab_high, cd_high, 0xdd);
}

// The first `count` bytes of 64 at p; the others are 0.
inline __m512i load_bytes(const void* p, int64_t count) {
  if (count >= 64) return _mm512_loadu_si512(p);
  return _mm512_maskz_loadu_epi8((uint64_t{1} << count) - 1, p);
}

// Sums of 128 columns, or of what is left of a row, of one token.
template <RowLayout kLayout>
struct RowStep {
  const AffineWeights& view;
  __m512i flip;

  // Quarters of the sums that 32 columns take: four nibbles of a segment are 16 bytes of each half,
  // 32 bytes of it make two quarters.
  static constexpr bool kIsNibbles =
      kLayout == RowLayout::nibbles || kLayout == RowLayout::nibble_blocks;

  // 64 bytes of codes of segments [s, s + 4) of nibbles or [s, s + 2) of bytes.
  template <bool kWhole>
  [[gnu::always_inline]] __m512i codes(const std::byte* row, int64_t s, int64_t columns) const {
    const std::byte* p = row + s * view.segment_bytes;
    if constexpr (kLayout == RowLayout::nibbles)
      return kWhole ? _mm512_loadu_si512(p) : load_bytes(p, columns / 2);
    if constexpr (kLayout == RowLayout::bytes)
      return kWhole ? _mm512_loadu_si512(p) : load_bytes(p, columns);
    const auto quarter = [&](int64_t i) {
      const int64_t at = kWhole || i * kSegment < columns ? i : 0;
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + at * view.segment_bytes));
    };
    const auto half = [&](int64_t i) {
      const int64_t at = kWhole || i * kSegment < columns ? i : 0;
      return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + at * view.segment_bytes));
    };
    if constexpr (kLayout == RowLayout::nibble_blocks) {
      __m512i v = _mm512_castsi128_si512(quarter(0));
      v = _mm512_inserti32x4(v, quarter(1), 1);
      v = _mm512_inserti32x4(v, quarter(2), 2);
      return _mm512_inserti32x4(v, quarter(3), 3);
    }
    return _mm512_inserti64x4(_mm512_castsi256_si512(half(0)), half(1), 1);
  }

  // sums[q] of 128 columns of nibbles, four segments, or 64 of bytes, two segments of two quarters.
  template <bool kWhole>
  [[gnu::always_inline]] void quarters(const SixteenRows& rows, const int8_t* x, int64_t s,
                                       int64_t columns, __m512i* sums) const {
    __m512i v[kSixteen];
    const __m512i x0 = kWhole ? _mm512_loadu_si512(x) : load_bytes(x, columns);
    if constexpr (kIsNibbles) {
      const __m512i x1 =
          kWhole ? _mm512_loadu_si512(x + 64)
                 : load_bytes(x + (columns > 64 ? 64 : 0), columns > 64 ? columns - 64 : 0);
      const __m512i low = _mm512_shuffle_i32x4(x0, x1, 0x88);
      const __m512i high = _mm512_shuffle_i32x4(x0, x1, 0xdd);
      const __m512i mask = _mm512_set1_epi8(15);
      for (int64_t i = 0; i < kSixteen; ++i) {
        const __m512i both = _mm512_xor_si512(codes<kWhole>(rows.row[i], s, columns), flip);
        v[i] = _mm512_setzero_si512();
        dot_bytes(v[i], _mm512_and_si512(both, mask), low);
        dot_bytes(v[i], _mm512_and_si512(_mm512_srli_epi16(both, 4), mask), high);
      }
    } else {
      for (int64_t i = 0; i < kSixteen; ++i) {
        v[i] = _mm512_setzero_si512();
        dot_bytes(v[i], _mm512_xor_si512(codes<kWhole>(rows.row[i], s, columns), flip), x0);
      }
    }
    sum_quarters(v, sums);
  }

  // sums[i] of the i-th 32 columns.
  template <bool kWhole>
  [[gnu::always_inline]] void segments(const SixteenRows& rows, const int8_t* x, int64_t s,
                                       int64_t columns, __m512i* sums) const {
    if constexpr (kIsNibbles) {
      quarters<kWhole>(rows, x, s, columns, sums);
    } else {
      for (int64_t half = 0; half < 2; ++half) {
        if (!kWhole && columns <= half * 64) break;
        __m512i parts[4];
        quarters<kWhole>(rows, x + half * 64, s + half * 2, columns - half * 64, parts);
        sums[2 * half] = _mm512_add_epi32(parts[0], parts[1]);
        sums[2 * half + 1] = _mm512_add_epi32(parts[2], parts[3]);
      }
    }
  }
};

// The products with the low codes, segment by segment. Not inlined, and into an array of its own,
// so that what rarely runs does not take registers from what always does.
template <RowLayout kLayout>
[[gnu::noinline]] void sum_low_codes(const RowStep<kLayout>& step, const SixteenRows& rows,
                                     const int8_t* low, int64_t s, int64_t columns, __m512i* sums) {
  if (columns >= kStepColumns) {
    step.template segments<true>(rows, low, s, columns, sums);
  } else {
    step.template segments<false>(rows, low, s, columns, sums);
  }
}

// y of sixteen rows of one token, segment by segment.
template <bool kHasHeaders>
struct RowSums {
  const SixteenRows& rows;
  const AffineWeights& view;
  const float* scales;  // of the next span
  const float* sums;    // of the next group
  int64_t span_segments;
  int64_t group_segments;
  int64_t in_span = 0;
  int64_t in_group = 0;
  int64_t group = 0;
  __m512i total = _mm512_setzero_si512();
  __m512 acc = _mm512_setzero_ps();
  __m512 y = _mm512_setzero_ps();

  [[gnu::always_inline]] void add(__m512i sum) {
    total = _mm512_add_epi32(total, sum);
    ++in_group;
    if (++in_span < span_segments) return;
    in_span = 0;
    acc = _mm512_fmadd_ps(_mm512_set1_ps(*scales++), _mm512_cvtepi32_ps(total), acc);
    total = _mm512_setzero_si512();
    if (in_group < group_segments) return;
    in_group = 0;
    __m512 scale, offset;
    rows.template read_scales<kHasHeaders>(view, group, &scale, &offset);
    y = _mm512_fmadd_ps(scale, acc, y);
    y = _mm512_fmadd_ps(offset, _mm512_set1_ps(*sums++), y);
    acc = _mm512_setzero_ps();
    ++group;
  }
};

// True when a span of these 128 columns has codes of two bytes; steps_of_segment[i] becomes that of
// segment i.
inline bool read_steps(const int32_t* steps, int64_t s, int64_t count, int64_t span_segments,
                       int32_t* steps_of_segment) {
  int32_t all = 0;
  for (int64_t i = 0; i < count; ++i) {
    steps_of_segment[i] = steps[(s + i) / span_segments];
    all |= steps_of_segment[i];
  }
  return all > 1;
}

template <RowLayout kLayout, bool kWhole>
[[gnu::always_inline]] inline void add_step(const RowStep<kLayout>& step, const CodedRows& x,
                                            int64_t token, int64_t k,
                                            RowSums<has_headers(kLayout)>& into) {
  const int64_t columns = kWhole ? kStepColumns : x.cols - k, s = k / kSegment;
  const int64_t count = columns / kSegment;
  __m512i sums[4];
  step.template segments<kWhole>(into.rows, x.high + token * x.cols + k, s, columns, sums);
  int32_t steps[4];
  if (read_steps(x.steps + token * x.spans(), s, count, into.span_segments, steps)) [[unlikely]] {
    __m512i rest[4];
    sum_low_codes(step, into.rows, x.low + token * x.cols + k, s, columns, rest);
    for (int64_t i = 0; i < count; ++i)
      sums[i] = _mm512_add_epi32(_mm512_mullo_epi32(sums[i], _mm512_set1_epi32(steps[i])), rest[i]);
  }
  for (int64_t i = 0; i < count; ++i) into.add(sums[i]);
}

template <RowLayout kLayout>
inline __m512 multiply_token(const RowStep<kLayout>& step, const CodedRows& x,
                             const SixteenRows& rows, int64_t token) {
  const AffineWeights& view = step.view;
  const int64_t step_bytes = kStepColumns / kSegment * view.segment_bytes;
  RowSums<has_headers(kLayout)> sums{rows,
                                     view,
                                     x.scales + token * x.spans(),
                                     x.sums + token * view.groups,
                                     x.span / kSegment,
                                     view.group / kSegment};
  int64_t k = 0;
  for (int64_t at = 0; k + kStepColumns <= x.cols; k += kStepColumns, at += step_bytes) {
    if (token == 0) rows.prefetch(at, step_bytes);
    add_step<kLayout, true>(step, x, token, k, sums);
  }
  if (k < x.cols) add_step<kLayout, false>(step, x, token, k, sums);
  return sums.y;
}

template <RowLayout kLayout>
inline void multiply_rows(const Int8MatmulArgs& a, const AffineWeights& view) {
  const RowStep<kLayout> step{view, _mm512_set1_epi8(static_cast<char>(view.flip))};
  const auto sixteen = [&](const BlockScales& scales, int64_t block, int64_t first, int64_t stride,
                           int64_t count) {
    const SixteenRows rows(view, scales, block, first, stride, count);
    for (int64_t t = 0; t < a.x->rows; ++t) {
      const __m512 y = multiply_token(step, *a.x, rows, t);
      const auto mask = static_cast<__mmask16>((1 << count) - 1);
      _mm512_mask_i32scatter_ps(a.y + t * a.y_stride + block + first, mask, rows.lanes, y, 4);
    }
  };
  for (int64_t n = a.row_begin; n < a.row_end; n += kBlockRows) {
    const int64_t count = std::min(a.row_end - n, kBlockRows), stride = count / kSixteen;
    const BlockScales scales(a, view, n, count, reinterpret_cast<float*>(a.scratch));
    for (int64_t i = 0; i < stride; ++i) sixteen(scales, n, i, stride, kSixteen);
    const int64_t done = stride * kSixteen;
    if (done < count) sixteen(scales, n, done, 1, count - done);
  }
}

inline void multiply_few(const Int8MatmulArgs& a, const AffineWeights& view) {
  if (view.is_nibbles) {
    if (view.header > 0) return multiply_rows<RowLayout::nibble_blocks>(a, view);
    return multiply_rows<RowLayout::nibbles>(a, view);
  }
  if (view.header > 0) return multiply_rows<RowLayout::byte_blocks>(a, view);
  multiply_rows<RowLayout::bytes>(a, view);
}

}  // namespace
}  // namespace hearth::kernels
