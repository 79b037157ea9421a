// Some columns of some rows of W as bytes, turned so that four codes of sixteen rows are one
// vector: what few_tile_avx512.h does in registers, done once for many tokens.
#pragma once

#include "kernels/int8_matmul/few_tile_avx512.h"

namespace hearth::kernels {
namespace {

/// A chunk is 16 KB of bytes, a third of the first-level cache: with 32 KB, turning took 1.7 times
/// as long.
inline constexpr int kSets = 4;  // sixteen rows each
inline constexpr int64_t kTurnedRows = kSets * kSixteen;
/// Most columns of a chunk: whole spans, whole steps of every layout.
inline constexpr int64_t kTurnedColumns = 256;
inline constexpr int64_t kStepBytes = kTurnedRows * kWordBytes;  // four columns of all rows

struct TurnedRoom {
  std::byte* weights;  // [kTurnedColumns / 4][kSets][16][4]
  float* y;            // [tokens, whole panels][kTurnedRows]
  float* acc;          // the same, of groups that are not done
  float* scale;        // [groups][kTurnedRows]
  float* offset;       // [groups][kTurnedRows]
  float* decoded;      // of DecodedScales

  /// `tokens` are whole panels.
  static int64_t bytes(const AffineWeights& view, int64_t tokens) {
    return kTurnedColumns * kTurnedRows + (2 * tokens + 4 * view.groups) * kTurnedRows * 4;
  }
  TurnedRoom(const AffineWeights& view, int64_t tokens, std::byte* memory) : weights(memory) {
    y = reinterpret_cast<float*>(memory + kTurnedColumns * kTurnedRows);
    acc = y + tokens * kTurnedRows;
    scale = acc + tokens * kTurnedRows;
    offset = scale + view.groups * kTurnedRows;
    decoded = offset + view.groups * kTurnedRows;
  }
  LaneScales scales(int64_t set) const {
    return {scale + set * kSixteen, offset + set * kSixteen, kTurnedRows};
  }
};

// Codes that are unpacked next, asked for a few lines at a time while those of before are worked
// on: a core can wait for some fifty lines only.
class ComingCodes {
 public:
  ComingCodes(const AffineWeights& view, int64_t first, int64_t rows, int64_t begin,
              int64_t columns)
      : row_(reinterpret_cast<uintptr_t>(view.segment(first, begin / kSegment) - view.header)),
        row_bytes_(static_cast<uintptr_t>(view.row_bytes)),
        row_lines_((columns / kSegment * view.segment_bytes + 63) / 64),
        rows_(rows),
        next_(row_),
        left_(row_lines_) {}

  int64_t lines() const { return rows_ * row_lines_; }
  [[gnu::always_inline]] void ask_for(int64_t lines) {
    for (; lines > 0 && rows_ > 0; --lines) {
      Avx512::prefetch(next_);
      next_ += 64;
      if (--left_ > 0) continue;
      next_ = row_ += row_bytes_;
      left_ = row_lines_;
      --rows_;
    }
  }

 private:
  uintptr_t row_;
  uintptr_t row_bytes_;
  int64_t row_lines_;
  int64_t rows_;
  uintptr_t next_;
  int64_t left_;  // lines of the row
};

// Columns [begin, end) of the rows from `n` on.
struct TurnedChunk {
  const Int8MatmulArgs& args;
  const AffineWeights& view;
  const TurnedRoom& room;
  int64_t n;
  int64_t rows;  // whole sixteen, at most kTurnedRows
  int64_t begin;
  int64_t end;
  int64_t spans;  // of a row; divisions take as long as a step of work
  int64_t first_span;
  int64_t first_group;
  int64_t lines;  // to ask for with every span of a panel
};

// Unpacks words [0, 4) of low nibbles and, of the high ones, the four after.
[[gnu::always_inline]] inline void put_nibbles(const __m512i* words, __m512i flip, std::byte* out) {
  const __m512i mask = _mm512_set1_epi8(15);
  unrolled<4>([&](auto j) HEARTH_INLINE {
    const __m512i high = _mm512_srli_epi16(words[j], 4);
    _mm512_store_si512(out + j * kStepBytes,
                       _mm512_ternarylogic_epi32(flip, words[j], mask, kXorAnd));
    _mm512_store_si512(out + (4 + j) * kStepBytes,
                       _mm512_ternarylogic_epi32(flip, high, mask, kXorAnd));
  });
}

/// Columns that are turned together where nothing stands between them.
constexpr int64_t turned_together(RowLayout layout) {
  return layout == RowLayout::nibbles ? 2 * kSegment : kSegment;
}

// Unpacks 32 columns, a segment at `offset` of whole sixteen rows, or turned_together(); `out` is
// of their set.
template <RowLayout kLayout, int64_t kColumns>
[[gnu::always_inline]] inline void turn_columns(const QuarterPointers& rows, int64_t offset,
                                                __m512i flip, std::byte* out) {
  constexpr int64_t kBytes = has_nibbles(kLayout) ? kColumns / 2 : kColumns;
  if constexpr (kBytes == 16) {
    __m512i v[4];
    turn_quarters(rows, offset, v);
    put_nibbles(v, flip, out);
  } else {
    __m512i v[8];
    turn_halves(rows, offset, v);
    if constexpr (has_nibbles(kLayout)) {
      put_nibbles(v, flip, out);
      put_nibbles(v + 4, flip, out + kSegment / kWordBytes * kStepBytes);
    } else {
      unrolled<8>([&](auto j) HEARTH_INLINE {
        _mm512_store_si512(out + j * kStepBytes, _mm512_xor_si512(v[j], flip));
      });
    }
  }
}

template <RowLayout kLayout>
inline void turn_chunk(const TurnedChunk& c) {
  constexpr int64_t kTogether = turned_together(kLayout);
  const __m512i flip = _mm512_set1_epi8(static_cast<char>(c.view.flip));
  for (int64_t set = 0; set * kSixteen < c.rows; ++set) {
    const SixteenRows sixteen{c.n + set * kSixteen};
    const QuarterPointers rows(c.view.segment(sixteen.first, 0), c.view.row_bytes);
    std::byte* out = c.room.weights + set * kSixteen * kWordBytes;
    int64_t k = c.begin, at = k / kSegment * c.view.segment_bytes;
    for (; k + kTogether <= c.end; k += kTogether) {
      turn_columns<kLayout, kTogether>(rows, at, flip, out);
      at += kTogether / kSegment * c.view.segment_bytes;
      out += kTogether / kWordBytes * kStepBytes;
    }
    if (kTogether > kSegment && k < c.end) turn_columns<kLayout, kSegment>(rows, at, flip, out);
    if constexpr (has_headers(kLayout)) {
      const HeaderScales headers(c.view, sixteen);
      const LaneScales scales = c.room.scales(set);
      for (int64_t g = c.begin / c.view.group; g < c.end / c.view.group; ++g) {
        __m512 scale, offset;
        headers.read(c.view, g, &scale, &offset);
        _mm512_storeu_ps(scales.scale + g * scales.stride, scale);
        _mm512_storeu_ps(scales.offset + g * scales.stride, offset);
      }
    }
  }
}

}  // namespace
}  // namespace hearth::kernels
