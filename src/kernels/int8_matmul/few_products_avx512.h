// Some tokens with AVX-512: weights are read once, as they lie, sixteen rows side by side
// (few_tile_avx512.h). dot_four() is what the file that includes this has for vpdpbusd.
//
// The sixteen rows are not neighbours: a block of rows is read as sixteen streams of neighbouring
// rows, since a row (1 KB) is too short for the hardware's prefetchers. In a loop of nothing but
// these products (a Xeon's two cores) neighbours reached 81 to 86 % of the bandwidth whatever was
// prefetched by hand, streams of 8 rows 90 to 92 % and of 32 rows 92 to 96 %.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "kernels/int8_matmul/few_tile_avx512.h"

namespace hearth::kernels {
namespace {

/// Most rows of a stream.
inline constexpr int64_t kStreamRows = 33;
/// Neighbouring rows of every stream whose scales are decoded together.
inline constexpr int64_t kDecodedRows = 16;

/// From so many on, a stream is worth a row more or less.
inline constexpr int64_t kLongStream = 16;

/// Rows of each of sixteen streams, of so many that are left. Not such that long streams are a
/// multiple of 4 KB apart: all sixteen rows would meet in one set of the first-level cache, which
/// has twelve ways, and codes asked for ahead of use would be gone before it.
constexpr int64_t stream_rows(int64_t left, int64_t row_bytes) {
  const int64_t blocks = (left + kStreamRows - 1) / kStreamRows;
  const int64_t rows = (left + blocks - 1) / blocks;
  if (rows < kLongStream || rows * row_bytes % 4096 != 0) return rows;
  return rows < left ? rows + 1 : rows - 1;
}

// Scratch: the scales of kDecodedRows rows of every stream, and of sixteen rows as lanes.
struct StreamRoom {
  float* decoded;
  LaneScales lanes;

  StreamRoom(const AffineWeights& view, std::byte* memory)
      : decoded(reinterpret_cast<float*>(memory)) {
    lanes.scale = decoded + 2 * kSixteen * kDecodedRows * view.groups;
    lanes.offset = lanes.scale + kSixteen * view.groups;
  }
  static int64_t bytes(const AffineWeights& view) {
    return (2 * kDecodedRows + 2) * kSixteen * view.groups * 4;
  }
};

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

// The function for a tile of so many tokens, more than one.
template <RowLayout kLayout, class Scales>
inline auto few_tile_of(int64_t tokens) {
  if (tokens <= 2) return multiply_few_tile<kLayout, 2, Scales>;
  if (tokens <= 4) return multiply_few_tile<kLayout, 4, Scales>;
  if (tokens <= 6) return multiply_few_tile<kLayout, 6, Scales>;
  if (tokens <= 8) return multiply_few_tile<kLayout, 8, Scales>;
  if (tokens <= 12) return multiply_few_tile<kLayout, 12, Scales>;
  static_assert(kFewTokens == 16);
  return multiply_few_tile<kLayout, 16, Scales>;
}

// The tokens from `first` on, whole panels of them, `count` at most.
inline CodedRows tokens_from(const CodedRows& x, int64_t first, int64_t count) {
  CodedRows tile = x;
  tile.rows = std::min(x.rows - first, count);
  tile.codes += first * x.cols;
  tile.over += first * x.cols;
  tile.scales += first * x.spans();
  tile.over_words += first * x.spans();
  tile.sums += first * x.groups();
  return tile;
}

// Neighbouring rows of sixteen streams: those of `first` and `count` - 1 after each. Of the
// streams before `first_stream` nothing is kept.
template <RowLayout kLayout>
class Neighbours {
 public:
  Neighbours(const Int8MatmulArgs& a, const AffineWeights& view, const SixteenRows& first,
             int64_t count, int64_t first_stream = 0)
      : a_(&a), view_(&view), first_(first), count_(count), first_stream_(first_stream) {}

  // What multiply() reads first will be needed soon.
  void prefetch() const {
    for (int64_t offset = 0; offset < kAhead; offset += kLine) rows(0).prefetch(offset);
  }
  /// Asks for what `next`, if any, reads first before the last rows are done.
  void multiply(const Neighbours* next) const {
    for (int64_t r = 0; r < count_; r += kDecodedRows) {
      const int64_t end = std::min(r + kDecodedRows, count_);
      if (end == count_ && next != nullptr) next->prefetch();
      if constexpr (has_headers(kLayout)) {
        tiles(r, end, [&](int64_t n) { return HeadersRead{*view_, {*view_, sixteen(n)}}; });
      } else if (kLayout == RowLayout::nibbles && StoredScales<true>::takes(*a_->weight, *view_)) {
        with_stored<true>(r, end);
      } else if (kLayout == RowLayout::nibbles && StoredScales<false>::takes(*a_->weight, *view_)) {
        with_stored<false>(r, end);
      } else {
        with_decoded(r, end);
      }
    }
  }

 private:
  SixteenRows sixteen(int64_t r) const { return {first_.first + r, first_.stride, first_.count}; }
  FewRows rows(int64_t r) const { return {*view_, sixteen(r)}; }

  // One token reads scales between the products, more of them before, once.
  template <bool kHasZeros>
  void with_stored(int64_t begin, int64_t end) const {
    const StoredScales<kHasZeros> scales(*a_->weight, *view_, sixteen(begin));
    const auto of_rows = [&](int64_t r) {
      const StoredScales<kHasZeros> here = scales.neighbours(r - begin);
      here.prefetch_next();
      return here;
    };
    if (a_->x->layout.lanes == 0)
      return tile(*a_->x, 0, begin, end, multiply_few_tile<kLayout, 1, StoredScales<kHasZeros>>,
                  of_rows);
    const StreamRoom room(*view_, a_->scratch);
    tiles(begin, end, [&](int64_t r) {
      of_rows(r).read_all(room.lanes);
      return LanesRead{room.lanes};
    });
  }
  void with_decoded(int64_t begin, int64_t end) const {
    const StreamRoom room(*view_, a_->scratch);
    const DecodedScales decoded(*a_->weight, *view_, kSixteen * kDecodedRows, room.decoded);
    for (int64_t i = 0; i < first_.count; ++i)
      decoded.read(first_.first + begin + first_.offset(i), end - begin, i * kDecodedRows);
    tiles(begin, end, [&](int64_t r) {
      decoded.turn({r - begin, kDecodedRows, first_.count}, room.lanes);
      return LanesRead{room.lanes};
    });
  }

  // All tokens, in tiles of nearly as many each, times rows that stay in the second-level cache.
  template <class ScalesOf>
  void tiles(int64_t begin, int64_t end, const ScalesOf& scales_of) const {
    using Scales = decltype(scales_of(0));
    const CodedRows& x = *a_->x;
    if (x.layout.lanes == 0)
      return tile(x, 0, begin, end, multiply_few_tile<kLayout, 1, Scales>, scales_of);
    const int64_t count = (x.rows + kFewTokens - 1) / kFewTokens;
    const int64_t size = whole_panels((x.rows + count - 1) / count);
    for (int64_t t = 0; t < x.rows; t += size) {
      const CodedRows here = tokens_from(x, t, size);
      tile(here, t, begin, end, few_tile_of<kLayout, Scales>(here.rows), scales_of);
    }
  }
  template <class Tile, class ScalesOf>
  void tile(const CodedRows& x, int64_t token, int64_t begin, int64_t end,
            const Tile& multiply_tile, const ScalesOf& scales_of) const {
    alignas(64) float y[kDecodedRows * kFewTokens * kSixteen], acc[kFewTokens * kSixteen];
    for (int64_t r = begin; r < end; ++r)
      multiply_tile(rows(r), x, scales_of(r), y + (r - begin) * kFewTokens * kSixteen, acc);
    for (int64_t i = 0; i < x.rows; ++i) put(token + i, begin, end, y + i * kSixteen);
  }
  // The rows of a stream lie side by side.
  void put(int64_t token, int64_t begin, int64_t end, const float* y) const {
    __m512i v[kSixteen];
    for (int64_t r = 0; r < kSixteen; ++r) {
      const int64_t from = std::min(r, end - begin - 1) * kFewTokens * kSixteen;
      v[r] = Avx512::as_int(_mm512_load_ps(y + from));
    }
    transpose16(v);
    float* to = a_->y + token * a_->y_stride + first_.first + begin;
    for (int64_t i = first_stream_; i < first_.count; ++i)
      Avx512::store_partial(to + first_.offset(i), _mm512_castsi512_ps(v[i]), end - begin);
  }

  const Int8MatmulArgs* a_;
  const AffineWeights* view_;
  SixteenRows first_;
  int64_t count_;
  int64_t first_stream_;
};

template <RowLayout kLayout>
inline void multiply_streams(const Int8MatmulArgs& a, const AffineWeights& view) {
  using Rows = Neighbours<kLayout>;
  // The rows from `n` on that are multiplied together, and where the next ones begin.
  const auto rows_from = [&](int64_t n) -> std::pair<std::optional<Rows>, int64_t> {
    const int64_t left = a.row_end - n;
    if (left == 0) return {};
    if (left >= kSixteen) {
      const int64_t stride = stream_rows(left / kSixteen, view.row_bytes);
      return {Rows(a, view, {n, stride}, stride), n + stride * kSixteen};
    }
    // The last sixteen rows, some of them again; of a weight with fewer, one in every lane.
    if (a.row_end >= kSixteen)
      return {Rows(a, view, {a.row_end - kSixteen, 1}, 1, kSixteen - left), a.row_end};
    return {Rows(a, view, {n, 0, 1}, 1), n + 1};
  };
  auto [rows, end] = rows_from(a.row_begin);
  if (rows) rows->prefetch();
  while (rows) {
    auto [next, next_end] = rows_from(end);
    rows->multiply(next ? &*next : nullptr);
    rows.swap(next);
    end = next_end;
  }
}

/// Any number of tokens; several tiles of them are fine for some rows only.
inline void multiply_few(const Int8MatmulArgs& a, const AffineWeights& view) {
  with_row_layout(view, [&]<RowLayout kLayout>() { multiply_streams<kLayout>(a, view); });
}

}  // namespace
}  // namespace hearth::kernels
