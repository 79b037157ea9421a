// Cells that are kept as the 16-bit integers which vpdpwssd multiplies (the cache type i16, see
// cell.h): writing them, and reading them where they lie.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/attention/cell.h"
#include "kernels/attention/code_cells_avx512.h"

namespace hearth::kernels {
namespace {

/// x[d, d + 16) of `dim` elements as integers.
inline __m512i integers_at(const float* x, int64_t d, int64_t dim, __m512 codes) {
  const __mmask16 lanes = first_lanes(dim - d);
  return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_maskz_loadu_ps(lanes, x + d), codes));
}

/// The largest magnitude, or its bits where not finite.
inline float largest_of_cell(const float* x, int64_t dim) {
  __m512i most = _mm512_setzero_si512();
  for (int64_t d = 0; d < dim; d += 16)
    most = _mm512_max_epu32(most, magnitude(_mm512_maskz_loadu_ps(first_lanes(dim - d), x + d)));
  float largest;
  const uint32_t bits = _mm512_reduce_max_epu32(most);
  std::memcpy(&largest, &bits, sizeof(largest));
  return largest;
}

// Pairs of elements go to rows of cells.
inline void store_integer_key(const float* x, int64_t dim, IntegerStep of, std::byte* cell) {
  const __m512 codes = _mm512_set1_ps(of.codes);
  const __m512i rows =
      _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                         _mm512_set1_epi32(kBlockTokens));
  for (int64_t d = 0; d < dim; d += 32, cell += 16 * kBlockTokens * 4) {
    const __m256i low = _mm512_cvtepi32_epi16(integers_at(x, d, dim, codes));
    const __m256i high = d + 16 < dim ? _mm512_cvtepi32_epi16(integers_at(x, d + 16, dim, codes))
                                      : _mm256_setzero_si256();
    const __m512i pairs = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    _mm512_mask_i32scatter_epi32(cell, first_lanes((dim - d + 1) / 2), rows, pairs, 4);
  }
}

// Elements go to one half of each pair; the other half, of another cell, is not touched.
inline void store_integer_value(const float* x, int64_t dim, IntegerStep of, bool odd,
                                std::byte* pairs) {
  const __m512 codes = _mm512_set1_ps(of.codes);
  for (int64_t d = 0; d < dim; d += 16) {
    const int64_t count = dim - d < 16 ? dim - d : 16;
    const __mmask32 halves = static_cast<__mmask32>((uint64_t{1} << 2 * count) - 1);
    const __m512i integers = integers_at(x, d, dim, codes);
    _mm512_mask_storeu_epi16(pairs + d * 4, halves & (odd ? 0xaaaaaaaau : 0x55555555u),
                             odd ? _mm512_slli_epi32(integers, 16) : integers);
  }
}

/// The steps of a block's cells, bf16 in the cache.
inline void put_step(std::byte* steps, int64_t cell, IntegerStep of) {
  std::memcpy(steps + cell * 2, &of.step, sizeof(of.step));
}
inline void read_steps(const std::byte* steps, float* out) {
  for (int64_t c = 0; c < kBlockTokens; c += 16)
    _mm512_storeu_ps(out + c, CellsBf16::load(steps + c * 2, 0xffff));
}

/// See FloatCells in code_cells_avx512.h: nothing is left to do but reading the steps.
struct KeptCells {
  static constexpr bool kKept = true;
  static void keys(const KvLayout& layout, const Piece& piece, int16_t*, float* steps) {
    const size_t at = key_piece(layout).scales;
    prefetch(piece.ahead + at);
    read_steps(piece.data + at, steps);
  }
  static void value_steps(const KvLayout& layout, const Piece& piece, float* steps, float*) {
    read_steps(piece.data + value_piece(layout).scales, steps);
  }
  static void values(const KvLayout&, const Piece&, int64_t, const float*, int16_t*) {}
};

inline void store_integer_cells(const AttentionArgs& args, const AttentionSequence& sequence,
                                int64_t kv_head, int64_t begin, int64_t end) {
  const KvLayout& layout = args.layout;
  const int64_t value_pairs = padded(layout.value_dim) * 4;
  const size_t key_steps = key_piece(layout).scales, value_steps = value_piece(layout).scales;
  const size_t key_offset = layout.key_offset(kv_head), value_offset = layout.value_offset(kv_head);
  for (int64_t t = begin; t < end; ++t) {
    const int64_t position = sequence.past + t, cell = position % kBlockTokens;
    std::byte* keys = sequence.blocks[position / kBlockTokens] + key_offset;
    std::byte* values = sequence.blocks[position / kBlockTokens] + value_offset;
    const float* k = args.k + (sequence.row + t) * args.k_stride + kv_head * layout.key_dim;
    const float* v = args.v + (sequence.row + t) * args.v_stride + kv_head * layout.value_dim;
    const IntegerStep of_key = integer_step(largest_of_cell(k, layout.key_dim), kKeyCodes);
    store_integer_key(k, layout.key_dim, of_key, keys + cell * 4);
    put_step(keys + key_steps, cell, of_key);
    const IntegerStep of_value = integer_step(largest_of_cell(v, layout.value_dim), kValueCodes);
    store_integer_value(v, layout.value_dim, of_value, cell % 2 != 0,
                        values + cell / 2 * value_pairs);
    put_step(values + value_steps, cell, of_value);
  }
}

}  // namespace
}  // namespace hearth::kernels
