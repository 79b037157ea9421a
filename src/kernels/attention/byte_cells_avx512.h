// Cells of u8 and queries as the bytes that vpdpbusd multiplies: writing them.
#pragma once

#include <immintrin.h>

#include <cstring>

#include "kernels/attention/byte_span_avx512.h"
#include "kernels/attention/code_cells_avx512.h"
#include "kernels/attention/integer_cells_avx512.h"
#include "kernels/attention/register_rows_avx512.h"

namespace hearth::kernels {
namespace {

/// Words [0, ceil(count / 4)) of bytes go to data, `stride` bytes apart.
inline void store_quads(__m128i bytes, int64_t count, int64_t stride, std::byte* data) {
  alignas(16) int32_t words[4];
  _mm_store_si128(reinterpret_cast<__m128i*>(words), bytes);
  for (int64_t i = 0; 4 * i < count && i < 4; ++i)
    std::memcpy(data + i * stride, &words[i], sizeof(words[i]));
}

inline void store_byte_key(const float* x, int64_t dim, int64_t cell, std::byte* keys,
                           std::byte* steps) {
  for (int64_t first = 0; first < dim; first += kCodeGroup, steps += kBlockTokens * 2) {
    const int64_t count = dim - first < kCodeGroup ? dim - first : kCodeGroup;
    const IntegerStep of = byte_step(largest_of_cell(x + first, count));
    put_step(steps, cell, of);
    const __m512 codes = _mm512_set1_ps(of.codes);
    for (int64_t d = 0; d < count; d += 16) {
      const __m512i shifted = _mm512_add_epi32(integers_at(x + first, d, count, codes),
                                               _mm512_set1_epi32(kByteKeyZero));
      store_quads(_mm512_cvtepi32_epi8(shifted), count - d, kBlockTokens * 4,
                  keys + ((first + d) / 4 * kBlockTokens + cell) * 4);
    }
  }
}

// Elements go to one byte of each quad; the others, of other cells, are not touched.
inline void store_byte_value(const float* x, int64_t dim, int64_t cell, std::byte* values,
                             std::byte* steps) {
  const IntegerStep of = byte_step(largest_of_cell(x, dim));
  put_step(steps, cell, of);
  const __m512 codes = _mm512_set1_ps(of.codes);
  std::byte* quads = values + cell / 4 * padded(dim) * 4;
  const auto shift = _mm_cvtsi64_si128(cell % 4 * 8);
  const auto mine = uint64_t{0x1111111111111111} << (cell % 4);
  for (int64_t d = 0; d < dim; d += 16) {
    const uint64_t lanes = dim - d < 16 ? (uint64_t{1} << (dim - d) * 4) - 1 : ~uint64_t{0};
    _mm512_mask_storeu_epi8(quads + d * 4, mine & lanes,
                            _mm512_sll_epi32(integers_at(x, d, dim, codes), shift));
  }
}

inline void store_byte_cells(const AttentionArgs& args, const AttentionSequence& sequence,
                             int64_t kv_head, int64_t begin, int64_t end) {
  const KvLayout& layout = args.layout;
  const size_t key_steps = key_piece(layout).scales, value_steps = value_piece(layout).scales;
  const size_t key_offset = layout.key_offset(kv_head), value_offset = layout.value_offset(kv_head);
  for (int64_t t = begin; t < end; ++t) {
    const int64_t position = sequence.past + t, cell = position % kBlockTokens;
    std::byte* keys = sequence.blocks[position / kBlockTokens] + key_offset;
    std::byte* values = sequence.blocks[position / kBlockTokens] + value_offset;
    store_byte_key(args.k + (sequence.row + t) * args.k_stride + kv_head * layout.key_dim,
                   layout.key_dim, cell, keys, keys + key_steps);
    store_byte_value(args.v + (sequence.row + t) * args.v_stride + kv_head * layout.value_dim,
                     layout.value_dim, cell, values, values + value_steps);
  }
}

/// One query times scale * log2(e), as codes of 7 bits and a sign. Keys are kByteKeyZero more than
/// their codes, so sums of products begin with what that adds, less.
inline void convert_query(ByteSpan& s, int64_t row, const float* q) {
  const AttentionArgs& args = *s.tile.args;
  const int64_t dim = args.layout.key_dim;
  const __m512 scale = _mm512_set1_ps(args.scale * kLog2E);
  const auto load = [&](int64_t d) {
    return _mm512_mul_ps(_mm512_maskz_loadu_ps(first_lanes(dim - d), q + d), scale);
  };
  __m512i most = _mm512_setzero_si512();
  for (int64_t d = 0; d < dim; d += 16) most = _mm512_max_epu32(most, magnitude(load(d)));
  const __m512i largest = _mm512_set1_epi32(static_cast<int>(_mm512_reduce_max_epu32(most)));
  const CodeSteps of = IntegerCodes::steps(_mm512_castsi512_ps(largest), kQueryCodes);
  s.query_steps[row] = _mm512_cvtss_f32(of.step);
  int8_t* out = s.query_quads(row);
  for (int64_t g = 0; g < s.groups; ++g) {
    __m512i sum = _mm512_setzero_si512();
    for (int64_t d = g * kCodeGroup; d < dim && d < (g + 1) * kCodeGroup; d += 16) {
      // What is not a number has the lowest code.
      const __m512i codes =
          _mm512_max_epi32(IntegerCodes::codes(load(d), of.codes), _mm512_set1_epi32(-128));
      sum = _mm512_add_epi32(sum, codes);
      store_quads(_mm512_cvtepi32_epi8(codes), dim - d, kRegisterRows * 4,
                  reinterpret_cast<std::byte*>(out + d * kRegisterRows));
    }
    s.query_starts[row * s.groups + g] = -kByteKeyZero * _mm512_reduce_add_epi32(sum);
  }
}

inline void convert_queries(ByteSpan& s) {
  const AttentionArgs& args = *s.tile.args;
  const int64_t heads = s.tile.heads;
  for (int64_t row = 0; row < s.tile.rows; ++row) {
    const int64_t token = s.tile.sequence->row + s.tile.first_token + row / heads;
    s.queue.lines(4);
    convert_query(s, row,
                  args.q + token * args.q_stride +
                      (s.tile.kv_head * heads + row % heads) * args.layout.key_dim);
  }
}

}  // namespace
}  // namespace hearth::kernels
