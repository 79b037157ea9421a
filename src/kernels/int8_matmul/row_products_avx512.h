// One or two tokens with AVX-512: weights are read as they lie, sixteen rows side by side, 128
// columns at a time, and unpacked in registers; a lane of the sums is a row in the end. With two
// tokens, sixteen rows stay in cache while the tokens pass by. dot_bytes() is what the file that
// includes this has for vpdpbusd.
//
// The sixteen rows are not neighbours: a block of rows is read as sixteen streams of neighbouring
// rows, since a row (1 KB) is too short for the hardware's prefetchers. In a loop of nothing but
// these products (a Xeon's two cores) neighbours reached 81 to 86 % of the bandwidth whatever was
// prefetched by hand, streams of 8 rows 90 to 92 % and of 32 rows 92 to 96 %.
#pragma once

#include <algorithm>

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/int8_matmul/row_codes_avx512.h"
#include "kernels/int8_matmul/row_scales_avx512.h"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kStepColumns = 128;
inline constexpr int64_t kBlockRows = 512;
// Neighbouring rows of every stream whose scales are decoded together.
inline constexpr int64_t kStreamRows = 8;

// Scratch: the scales of kStreamRows rows of every stream, and of sixteen rows as lanes.
struct StreamRoom {
  float* decoded;
  LaneScales lanes;

  StreamRoom(const AffineWeights& view, std::byte* memory)
      : decoded(reinterpret_cast<float*>(memory)) {
    lanes.scale = decoded + 2 * kSixteen * kStreamRows * view.groups;
    lanes.offset = lanes.scale + kSixteen * view.groups;
  }
  static int64_t bytes(const AffineWeights& view) {
    return (2 * kStreamRows + 2) * kSixteen * view.groups * 4;
  }
};

// How far ahead of what is multiplied.
inline constexpr int64_t kAhead = 512;

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
  const __m512i ab_low = _mm512_shuffle_i32x4(a, b, 0x44);
  const __m512i cd_low = _mm512_shuffle_i32x4(c, d, 0x44);
  const __m512i ab_high = _mm512_shuffle_i32x4(a, b, 0xee);
  const __m512i cd_high = _mm512_shuffle_i32x4(c, d, 0xee);
  sums[0] = _mm512_shuffle_i32x4(ab_low, cd_low, 0x88);
  sums[1] = _mm512_shuffle_i32x4(ab_low, cd_low, 0xdd);
  sums[2] = _mm512_shuffle_i32x4(ab_high, cd_high, 0x88);
  sums[3] = _mm512_shuffle_i32x4(ab_high, cd_high, 0xdd);
}

// Sums of 128 columns, or of what is left of a row, of one token.
template <RowLayout kLayout>
struct RowStep {
  const AffineWeights& view;
  __m512i flip;

  explicit RowStep(const AffineWeights& v)
      : view(v), flip(_mm512_set1_epi8(static_cast<char>(v.flip))) {}

  // v[i] += products of row i's 64 bytes of codes from segment s on with those columns of x.
  template <bool kWhole>
  [[gnu::always_inline]] void add(const CodePointers& rows, const int8_t* x, int64_t s,
                                  int64_t columns, __m512i* v) const {
    const __m512i x0 = kWhole ? _mm512_loadu_si512(x) : load_bytes(x, columns);
    if constexpr (has_nibbles(kLayout)) {
      const __m512i x1 =
          kWhole ? _mm512_loadu_si512(x + 64)
                 : load_bytes(x + (columns > 64 ? 64 : 0), columns > 64 ? columns - 64 : 0);
      // Of each segment the 16 bytes that low nibbles meet, and those for high ones.
      const __m512i low = _mm512_shuffle_i32x4(x0, x1, 0x88);
      const __m512i high = _mm512_shuffle_i32x4(x0, x1, 0xdd);
      const __m512i mask = _mm512_set1_epi8(15);
      for (int64_t i = 0; i < kSixteen; ++i) {
        const __m512i codes = load_codes<kLayout, kWhole>(view, rows.row[i], s, columns);
        const __m512i both = _mm512_xor_si512(codes, flip);
        dot_bytes(v[i], _mm512_and_si512(both, mask), low);
        dot_bytes(v[i], _mm512_and_si512(_mm512_srli_epi16(both, 4), mask), high);
      }
    } else {
      for (int64_t i = 0; i < kSixteen; ++i) {
        const __m512i codes = load_codes<kLayout, kWhole>(view, rows.row[i], s, columns);
        dot_bytes(v[i], _mm512_xor_si512(codes, flip), x0);
      }
    }
  }

  // sums[i] of the i-th 32 columns: a quarter of 64 bytes of nibbles, two quarters of bytes.
  template <bool kWhole>
  [[gnu::always_inline]] void segments(const CodePointers& rows, const int8_t* x, int64_t s,
                                       int64_t columns, __m512i* sums) const {
    constexpr int64_t kColumns = columns_at_once(kLayout);
    for (int64_t k = 0; k < kStepColumns && (kWhole || k < columns); k += kColumns) {
      __m512i v[kSixteen], quarters[4];
      for (__m512i& sum : v) sum = _mm512_setzero_si512();
      add<kWhole>(rows, x + k, s + k / kSegment, columns - k, v);
      sum_quarters(v, quarters);
      if constexpr (has_nibbles(kLayout)) {
        for (int64_t i = 0; i < 4; ++i) sums[i] = quarters[i];
      } else {
        sums[k / kSegment] = _mm512_add_epi32(quarters[0], quarters[1]);
        sums[k / kSegment + 1] = _mm512_add_epi32(quarters[2], quarters[3]);
      }
    }
  }

  // The sum of all 128 columns.
  [[gnu::always_inline]] __m512i total(const CodePointers& rows, const int8_t* x, int64_t s) const {
    __m512i v[kSixteen], sums[4];
    for (__m512i& sum : v) sum = _mm512_setzero_si512();
    for (int64_t k = 0; k < kStepColumns; k += columns_at_once(kLayout))
      add<true>(rows, x + k, s + k / kSegment, kStepColumns, v);
    sum_quarters(v, sums);
    return _mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]), _mm512_add_epi32(sums[2], sums[3]));
  }
};

// The products with the low codes, segment by segment. Not inlined, and into an array of its own,
// so that what rarely runs does not take registers from what always does.
template <RowLayout kLayout>
[[gnu::noinline]] void sum_low_codes(const RowStep<kLayout>& step, const CodePointers& rows,
                                     const int8_t* low, int64_t s, int64_t columns, __m512i* sums) {
  if (columns >= kStepColumns) {
    step.template segments<true>(rows, low, s, columns, sums);
  } else {
    step.template segments<false>(rows, low, s, columns, sums);
  }
}

// Scales and offsets that were decoded before.
struct LanesRead {
  LaneScales lanes;

  [[gnu::always_inline]] void read(int64_t group, __m512* scale, __m512* offset) const {
    *scale = _mm512_loadu_ps(lanes.scale + group * kSixteen);
    *offset = _mm512_loadu_ps(lanes.offset + group * kSixteen);
  }
};

// Scales and offsets that stand before the codes.
struct HeadersRead {
  const AffineWeights& view;
  HeaderScales headers;

  [[gnu::always_inline]] void read(int64_t group, __m512* scale, __m512* offset) const {
    headers.read(view, group, scale, offset);
  }
};

// y of sixteen rows of one token, span by span.
template <class Scales>
struct RowSums {
  Scales rows;
  const float* scales;  // of the next span
  const float* sums;    // of the next group
  int64_t group_spans;
  int64_t in_group = 0;
  int64_t group = 0;
  __m512 acc = _mm512_setzero_ps();
  __m512 y = _mm512_setzero_ps();

  [[gnu::always_inline]] void add_span(__m512i sum) {
    acc = _mm512_fmadd_ps(_mm512_set1_ps(*scales++), _mm512_cvtepi32_ps(sum), acc);
    if (++in_group < group_spans) return;
    in_group = 0;
    __m512 scale, offset;
    rows.read(group++, &scale, &offset);
    y = _mm512_fmadd_ps(scale, acc, y);
    y = _mm512_fmadd_ps(offset, _mm512_set1_ps(*sums++), y);
    acc = _mm512_setzero_ps();
  }
};

// One token's codes, and what it has of each span.
struct TokenCodes {
  const int8_t* high;
  const int8_t* low;
  const int32_t* steps;

  TokenCodes(const CodedRows& x, int64_t token)
      : high(x.high + token * x.cols),
        low(x.low + token * x.cols),
        steps(x.steps + token * x.spans()) {}
};

inline __m512i both_bytes(__m512i high, int32_t steps, __m512i low) {
  return _mm512_add_epi32(_mm512_mullo_epi32(high, _mm512_set1_epi32(steps)), low);
}

// Columns [k, k + 128) that are one span.
template <RowLayout kLayout, class Scales>
[[gnu::always_inline]] inline void add_whole_span(const RowStep<kLayout>& step,
                                                  const CodePointers& rows, const TokenCodes& x,
                                                  int64_t k, RowSums<Scales>& into) {
  const int64_t s = k / kSegment;
  __m512i sum = step.total(rows, x.high + k, s);
  if (const int32_t steps = x.steps[k / kStepColumns]; steps != 1) [[unlikely]] {
    __m512i low[4];
    sum_low_codes(step, rows, x.low + k, s, kStepColumns, low);
    const __m512i rest =
        _mm512_add_epi32(_mm512_add_epi32(low[0], low[1]), _mm512_add_epi32(low[2], low[3]));
    sum = both_bytes(sum, steps, rest);
  }
  into.add_span(sum);
}

// Columns [k, k + 128), or what is left of a row, of spans of 32 << shift columns.
template <bool kWhole, RowLayout kLayout, class Scales>
[[gnu::always_inline]] inline void add_spans(const RowStep<kLayout>& step, const CodePointers& rows,
                                             const TokenCodes& x, int64_t k, int64_t columns,
                                             int shift, RowSums<Scales>& into) {
  const int64_t s = k / kSegment, count = kWhole ? 4 : columns / kSegment;
  __m512i sums[4];
  step.template segments<kWhole>(rows, x.high + k, s, columns, sums);
  const int32_t* steps = x.steps + (s >> shift);
  int32_t all = 0;
  for (int64_t i = 0; i < count; ++i) all |= steps[i >> shift];
  if (all != 1) [[unlikely]] {
    __m512i low[4];
    sum_low_codes(step, rows, x.low + k, s, columns, low);
    for (int64_t i = 0; i < count; ++i) sums[i] = both_bytes(sums[i], steps[i >> shift], low[i]);
  }
  for (int64_t i = 0; i < count; i += int64_t{1} << shift) {
    __m512i sum = sums[i];
    for (int64_t j = 1; j < int64_t{1} << shift; ++j) sum = _mm512_add_epi32(sum, sums[i + j]);
    into.add_span(sum);
  }
}

template <RowLayout kLayout, class Scales>
inline __m512 multiply_token(const RowStep<kLayout>& step, const CodedRows& x,
                             const CodePointers& rows, const Scales& scales, int64_t token) {
  const int64_t step_bytes = kStepColumns / kSegment * step.view.segment_bytes;
  const TokenCodes codes(x, token);
  RowSums<Scales> sums{scales, x.scales + token * x.spans(), x.sums + token * x.groups(),
                       x.sum_group / x.span};
  const bool fetches = token == 0;
  int64_t k = 0, at = kAhead;
  if (x.span == kStepColumns) {
    for (; k < x.cols; k += kStepColumns, at += step_bytes) {
      if (fetches) rows.prefetch(at, step_bytes);
      add_whole_span(step, rows, codes, k, sums);
    }
    return sums.y;
  }
  const int shift = x.span == kSegment ? 0 : 1;
  for (; k + kStepColumns <= x.cols; k += kStepColumns, at += step_bytes) {
    if (fetches) rows.prefetch(at, step_bytes);
    add_spans<true>(step, rows, codes, k, kStepColumns, shift, sums);
  }
  if (k < x.cols) add_spans<false>(step, rows, codes, k, x.cols - k, shift, sums);
  return sums.y;
}

// y of sixteen rows.
template <RowLayout kLayout, class Scales>
inline void multiply_sixteen(const Int8MatmulArgs& a, const RowStep<kLayout>& step,
                             const SixteenRows& rows, const Scales& scales) {
  const CodePointers pointers(step.view, rows);
  alignas(64) int32_t lanes[kSixteen];
  for (int64_t i = 0; i < kSixteen; ++i) lanes[i] = static_cast<int32_t>(rows.offset(i));
  for (int64_t t = 0; t < a.x->rows; ++t) {
    const __m512 y = multiply_token(step, *a.x, pointers, scales, t);
    _mm512_mask_i32scatter_ps(a.y + t * a.y_stride + rows.first, rows.mask(),
                              _mm512_load_si512(lanes), y, 4);
  }
}

// Neighbouring rows of sixteen streams, those of rows `rows` and `count` - 1 after each.
template <RowLayout kLayout>
inline void multiply_neighbours(const Int8MatmulArgs& a, const RowStep<kLayout>& step,
                                const StreamRoom& room, const SixteenRows& rows, int64_t count) {
  const AffineWeights& view = step.view;
  CodePointers(view, rows).prefetch(0, kAhead);
  const auto each = [&](auto&& scales_of) {
    for (int64_t r = 0; r < count; ++r) {
      const SixteenRows sixteen{rows.first + r, rows.stride, rows.count};
      multiply_sixteen(a, step, sixteen, scales_of(sixteen, r));
    }
  };
  if constexpr (has_headers(kLayout)) {
    each([&](const SixteenRows& sixteen, int64_t) { return HeadersRead{view, {view, sixteen}}; });
  } else {
    if constexpr (kLayout == RowLayout::nibbles) {
      const auto stored = [&]<bool kHasZeros>() {
        each([&](const SixteenRows& sixteen, int64_t) {
          return StoredScales<kHasZeros>(*a.weight, view, sixteen);
        });
      };
      if (StoredScales<true>::takes(*a.weight, view)) return stored.template operator()<true>();
      if (StoredScales<false>::takes(*a.weight, view)) return stored.template operator()<false>();
    }
    const DecodedScales decoded(*a.weight, view, kSixteen * kStreamRows, room.decoded);
    for (int64_t i = 0; i < rows.count; ++i)
      decoded.read(rows.first + rows.offset(i), count, i * kStreamRows);
    each([&](const SixteenRows&, int64_t r) {
      decoded.turn({r, kStreamRows, rows.count}, room.lanes);
      return LanesRead{room.lanes};
    });
  }
}

template <RowLayout kLayout>
inline void multiply_streams(const Int8MatmulArgs& a, const AffineWeights& view) {
  const RowStep<kLayout> step(view);
  const StreamRoom room(view, a.scratch);
  for (int64_t n = a.row_begin; n < a.row_end; n += kBlockRows) {
    const int64_t count = std::min(a.row_end - n, kBlockRows), stride = count / kSixteen;
    for (int64_t r = 0; r < stride; r += kStreamRows)
      multiply_neighbours(a, step, room, {n + r, stride, kSixteen},
                          std::min(stride - r, kStreamRows));
    const int64_t done = stride * kSixteen;
    if (done < count) multiply_neighbours(a, step, room, {n + done, 1, count - done}, 1);
  }
}

inline void multiply_few(const Int8MatmulArgs& a, const AffineWeights& view) {
  with_row_layout(view, [&]<RowLayout kLayout>() { multiply_streams<kLayout>(a, view); });
}

}  // namespace
}  // namespace hearth::kernels
