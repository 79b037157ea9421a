// Cells of u8 (see cell.h) as pairs of bf16, for tdpbf16ps: see FloatCells in code_cells_avx512.h.
#pragma once

#include "kernels/attention/cell.h"
#include "kernels/attention/code_cells_avx512.h"

namespace hearth::kernels {
namespace {

/// Codes have the step 1, or a cell with something that is not finite a step that is no number.
template <class Codes>
struct BytePairs {
  static constexpr bool kKept = false;
  static void keys(const KvLayout& layout, const Piece& keys, int16_t* pairs, float* steps) {
    const int64_t dim = layout.key_dim, groups = code_groups(dim);
    const std::byte* of_groups = keys.data + key_piece(layout).scales;
    prefetch(keys.ahead, 0, key_piece(layout).bytes);
    for (int64_t half = 0; half < kBlockTokens; half += 16) {
      __m512 all = _mm512_setzero_ps();
      for (int64_t g = 0; g < groups; ++g) all = _mm512_add_ps(all, steps_at(of_groups, g, half));
      const __m512 unit = Codes::steps(all).codes;
      _mm512_storeu_ps(steps + half, Codes::steps(all).step);
      for (int64_t d = 0; d < dim; d += 2) {
        const __m512 step = steps_at(of_groups, d / kCodeGroup, half);
        __m512i quads = _mm512_loadu_si512(keys.data + (d / 4 * kBlockTokens + half) * 4);
        if (d % 4 == 2) quads = _mm512_srli_epi32(quads, 16);
        const auto element = [&](__m512i codes) {
          codes = _mm512_sub_epi32(_mm512_and_si512(codes, _mm512_set1_epi32(255)),
                                   _mm512_set1_epi32(kByteKeyZero));
          return Codes::codes(_mm512_mul_ps(_mm512_cvtepi32_ps(codes), step), unit);
        };
        const __m512i odd =
            d + 1 < dim ? element(_mm512_srli_epi32(quads, 8)) : _mm512_setzero_si512();
        _mm512_storeu_si512(pairs + (d / 2 * kBlockTokens + half) * 2,
                            pair_codes(element(quads), odd));
      }
    }
  }

  /// Units are what codes are multiplied by, 0 in a cell that is not finite.
  static void value_steps(const KvLayout& layout, const Piece& values, float* steps, float* units) {
    const std::byte* of_cells = values.data + value_piece(layout).scales;
    for (int64_t c = 0; c < kBlockTokens; c += 16) {
      const __m512 step = steps_at(of_cells, 0, c);
      const CodeSteps of = Codes::steps(step);
      _mm512_storeu_ps(steps + c, of.step);
      const __mmask16 numbers = _mm512_cmp_ps_mask(of.codes, _mm512_setzero_ps(), _CMP_NEQ_OQ);
      _mm512_storeu_ps(units + c, _mm512_maskz_mov_ps(numbers, step));
    }
  }

  static void values(const KvLayout& layout, const Piece& values, int64_t stride,
                     const float* units, int16_t* pairs) {
    prefetch(values.ahead, 0, value_piece(layout).bytes);
    const __m512 one = _mm512_set1_ps(1.0f);
    for (int64_t c = 0; c < kBlockTokens; c += 2, pairs += 2 * stride) {
      for (int64_t d = 0; d < stride; d += 16) {
        __m512i quads = _mm512_loadu_si512(values.data + (c / 4 * stride + d) * 4);
        if (c % 4 == 2) quads = _mm512_srli_epi32(quads, 16);
        const auto element = [&](__m512i codes, float unit) {
          codes = _mm512_srai_epi32(_mm512_slli_epi32(codes, 24), 24);
          return Codes::codes(_mm512_mul_ps(_mm512_cvtepi32_ps(codes), _mm512_set1_ps(unit)), one);
        };
        _mm512_storeu_si512(pairs + 2 * d,
                            pair_codes(element(quads, units[c]),
                                       element(_mm512_srli_epi32(quads, 8), units[c + 1])));
      }
    }
  }

 private:
  static __m512 steps_at(const std::byte* steps, int64_t group, int64_t cell) {
    return CellsBf16::load(steps + (group * kBlockTokens + cell) * 2, 0xffff);
  }
};

}  // namespace
}  // namespace hearth::kernels
