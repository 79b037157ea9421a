// Products of attention in 8-bit integers, for vpdpbusd: four times the rate of f32 wherever
// AVX-512 has VNNI. Sums of integers are exact and added up in f32 at fixed places, so bits do not
// depend on how rows are grouped.
#pragma once

#include "kernels/attention/byte_span_avx512.h"
#include "kernels/attention/register_rows_avx512.h"

namespace hearth::kernels {
namespace {

// A line of assembly, since GCC 12 copies and spills the sums of the intrinsic.
inline void add_quads(__m512i& sums, __m512i of_bytes, __m512i of_signed_bytes) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(of_bytes), "v"(of_signed_bytes));
}

// Not the intrinsic: of two equal sums to begin with GCC 12 makes one and copies it, which takes a
// port of the products; loads have their own.
inline __m512i start_of_sums(const int32_t* start) {
  __m512i sums;
  asm volatile("vpbroadcastd %1, %0" : "=v"(sums) : "m"(*start));
  return sums;
}

inline constexpr int kScoreRows = 4;  // by two vectors, of two groups

// Scores of R rows of queries for one block of keys, without the queries' steps; of one group from
// `group` on or two, which are added to those before in order.
template <int R, bool kTwo, bool kAhead>
inline void score_groups(const ByteSpan& s, int64_t row, const Piece& keys, int64_t group,
                         int64_t column, float* scores) {
  constexpr int64_t kGroupQuads = kCodeGroup / 4, kKeyQuad = kBlockTokens * 4,
                    kQueryQuad = kRegisterRows * 4;
  const int64_t first = group * kGroupQuads, rest = s.quads - first;
  const int64_t quads = rest < kGroupQuads ? rest : kGroupQuads;  // of each group
  const int8_t* queries = s.query_quads(row) + first * kQueryQuad;
  const int32_t* starts = s.query_starts + row * s.groups + group;
  __m512i a[R], b[R], c[R], d[R];  // both halves of the first group, and of the second
  HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
    a[r] = start_of_sums(starts + r * s.groups);
    b[r] = start_of_sums(starts + r * s.groups);
    if constexpr (kTwo) c[r] = start_of_sums(starts + r * s.groups + 1);
    if constexpr (kTwo) d[r] = start_of_sums(starts + r * s.groups + 1);
  }
  const std::byte* at = keys.data + first * kKeyQuad;
  const int64_t ahead = kAhead ? keys.ahead - keys.data : 0;
  const auto fetch = [&](int64_t offset) {
    if constexpr (!kAhead) return;
    prefetch(at + ahead + offset);
    prefetch(at + ahead + offset + 64);
  };
#pragma GCC unroll 1
  for (const int8_t* end = queries + quads * kQueryQuad; queries < end;
       queries += kQueryQuad, at += kKeyQuad) {
    fetch(0);
    const __m512i low = _mm512_loadu_si512(at), high = _mm512_loadu_si512(at + 64);
    HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
      const __m512i query = spread_word(queries + 4 * r);
      add_quads(a[r], low, query);
      add_quads(b[r], high, query);
    }
    if constexpr (kTwo) {
      fetch(kGroupQuads * kKeyQuad);
      const __m512i low_2 = _mm512_loadu_si512(at + kGroupQuads * kKeyQuad);
      const __m512i high_2 = _mm512_loadu_si512(at + kGroupQuads * kKeyQuad + 64);
      HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
        const __m512i query = spread_word(queries + kGroupQuads * kQueryQuad + 4 * r);
        add_quads(c[r], low_2, query);
        add_quads(d[r], high_2, query);
      }
    }
  }
  const float* steps = s.key_steps + group * kSpanTokens + column;
  const auto add = [&](__m512i sums, int64_t at_step, __m512 score) {
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), _mm512_loadu_ps(steps + at_step), score);
  };
  HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
    float* out = scores + r * kSpanTokens;
    __m512 low = add(a[r], 0, group == 0 ? _mm512_setzero_ps() : _mm512_loadu_ps(out));
    __m512 high = add(b[r], 16, group == 0 ? _mm512_setzero_ps() : _mm512_loadu_ps(out + 16));
    if constexpr (kTwo) low = add(c[r], kSpanTokens, low);
    if constexpr (kTwo) high = add(d[r], kSpanTokens + 16, high);
    _mm512_storeu_ps(out, low);
    _mm512_storeu_ps(out + 16, high);
  }
}

template <int R, bool kAhead>
inline void score_rows(const ByteSpan& s, int64_t row, const Piece& keys, int64_t column,
                       float* scores) {
  int64_t group = 0;
  for (; (group + 2) * kCodeGroup <= s.quads * 4; group += 2)
    score_groups<R, true, kAhead>(s, row, keys, group, column, scores);
  for (; group < s.groups; ++group)
    score_groups<R, false, kAhead>(s, row, keys, group, column, scores);
}

inline void band_scores(const ByteSpan& s, const Band& band, int64_t column, const Piece& keys) {
  by_register_rows<kScoreRows>(0, band.rows, [&]<int R>(int64_t row) {
    float* scores = s.scores + row * kSpanTokens + column;
    if (row == 0 && keys.ahead != keys.data) {
      score_rows<R, true>(s, band.first, keys, column, scores);
    } else {
      score_rows<R, false>(s, band.first + row, keys, column, scores);
    }
  });
}

// Blocks of a chunk that a band sees: a part of it at the band's ends.
struct ValueChunk {
  int64_t column;  // of the chunk
  int64_t begin, end;
  Piece blocks[kChunkBlocks];
};

inline void add_weighted(__m512i sums, __m512 step, float* out) {
  _mm512_storeu_ps(out, _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), step, _mm512_loadu_ps(out)));
}

// Weighted values of R rows, 16 elements from d on or 32. Two arrays of sums: one of two dimensions
// GCC 12 keeps in memory.
template <int R, bool kTwo, bool kAhead>
inline void weigh_tile(const ByteSpan& s, int64_t row, const ValueChunk& chunk, int64_t d) {
  __m512i low[R], high[R];
  const __m512i zero = no_products();
  HEARTH_UNROLLED for (int r = 0; r < R; ++r) low[r] = high[r] = zero;
  constexpr int64_t kBlockQuads = kBlockTokens / 4;
  for (int64_t block = chunk.begin; block < chunk.end; ++block) {
    const Piece& piece = chunk.blocks[block];
    const std::byte* values = piece.data + d * 4;
    const int64_t ahead = kAhead ? piece.ahead - piece.data : 0;
    const uint8_t* weights =
        s.weights + row * kSpanTokens + chunk.column + weight_word(block * kBlockQuads);
    HEARTH_UNROLLED for (int64_t quad = 0; quad < kBlockQuads; ++quad) {
      const std::byte* at = values + quad * s.value_stride * 4;
      if constexpr (kAhead) prefetch(at + ahead);
      if constexpr (kAhead && kTwo) prefetch(at + ahead + 64);
      const __m512i low_values = _mm512_loadu_si512(at);
      const __m512i high_values = kTwo ? _mm512_loadu_si512(at + 64) : _mm512_setzero_si512();
      HEARTH_UNROLLED for (int r = 0; r < R; ++r) {
        const __m512i weight = spread_word(weights + r * kSpanTokens + weight_word(quad));
        add_quads(low[r], weight, low_values);
        if constexpr (kTwo) add_quads(high[r], weight, high_values);
      }
    }
  }
  float* out = s.partial + row * s.partial_stride + kPartialHead + d;
  const float* steps = s.weight_steps + row * kSpanChunks + chunk.column / kChunk;
  HEARTH_UNROLLED for (int r = 0; r < R; ++r, out += s.partial_stride) {
    const __m512 step = _mm512_set1_ps(steps[r * kSpanChunks]);
    add_weighted(low[r], step, out);
    if constexpr (kTwo) add_weighted(high[r], step, out + 16);
  }
}

template <int R, bool kAhead>
inline void weigh_rows(const ByteSpan& s, int64_t row, const ValueChunk& chunk) {
  int64_t d = 0;
  for (; d + 32 <= s.value_stride; d += 32) weigh_tile<R, true, kAhead>(s, row, chunk, d);
  if (d < s.value_stride) weigh_tile<R, false, kAhead>(s, row, chunk, d);
}

inline void weigh_band(ByteSpan& s, const Band& band) {
  for (int64_t c = band.begin / kChunk * kChunk; c < band.end; c += kChunk) {
    ValueChunk chunk{c, kChunkBlocks, 0, {}};
    for (int64_t block = 0; block < kChunkBlocks; ++block) {
      const int64_t column = c + block * kBlockTokens;
      if (column < band.begin || column >= band.end) continue;
      if (block < chunk.begin) chunk.begin = block;
      chunk.end = block + 1;
      chunk.blocks[block] = s.queue.with_values(s.pieces.values(column / kBlockTokens));
    }
    const Piece& last = chunk.blocks[chunk.end - 1];
    by_register_rows(0, band.rows, [&]<int R>(int64_t row) {
      if (row == 0 && last.ahead != last.data) {
        weigh_rows<R, true>(s, row, chunk);
      } else {
        weigh_rows<R, false>(s, row, chunk);
      }
    });
  }
}

}  // namespace
}  // namespace hearth::kernels
