// Products of attention in bf16 on AMX tiles, which hold 16 rows of queries or weights, or 16 pairs
// of keys or values beside each other as they lie. Tiles is AmxTiles or the model of them.
#pragma once

#include "kernels/attention/code_attention_avx512.h"
#include "kernels/tiles_amx.h"

namespace hearth::kernels {
namespace {

template <class Tiles>
struct TileProducts {
  using Codes = Bf16Codes;
  static constexpr bool kTakesBytes = true;
  static constexpr int64_t kPairGrain = 16;
  static constexpr int64_t kQueryRows = 1;
  static constexpr int64_t kValueBlocks = kSpanBlocks;
  static CodeSteps weight_steps(__m512) { return {_mm512_set1_ps(1.0f), _mm512_set1_ps(1.0f)}; }

  static const char* refuse(ElementType cache) {
    return cache == ElementType::i16 ? "products are of bf16, not of integers" : nullptr;
  }

  // Tiles 0 to 3 are sums: 32 rows by 32 columns; 4 and 5 their rows, 6 and 7 their columns.
  static void begin() {
    TileShapes shapes;
    for (int tile = 0; tile < 8; ++tile) shapes.set(tile, 16, 64);
    Tiles::configure(shapes);
  }
  static void end() { Tiles::release(); }

  static void scores(const CodeSpan& s, const Band& band, int64_t column, const BlockCodes& keys) {
    const int64_t query_bytes = 2 * s.query_stride();
    const int16_t* queries = s.queries + band.first * s.query_stride();
    zero_sums();
    for (int64_t pair = 0; pair < s.key_pairs; pair += 16) {
      load_rows(queries + 2 * pair, query_bytes);
      Tiles::template load<6>(keys.codes + pair * 2 * kBlockTokens, 4 * kBlockTokens);
      Tiles::template load<7>(keys.codes + pair * 2 * kBlockTokens + 32, 4 * kBlockTokens);
      multiply();
    }
    float* out = s.scores + column;
    store_sums(out, kSpanTokens);
    const __m512 low = _mm512_loadu_ps(s.key_steps + column);
    const __m512 high = _mm512_loadu_ps(s.key_steps + column + 16);
    for (int64_t row = 0; row < band.rows; ++row, out += kSpanTokens) {
      const __m512 step = _mm512_set1_ps(s.query_steps[band.first + row]);
      _mm512_storeu_ps(out, _mm512_mul_ps(_mm512_loadu_ps(out), _mm512_mul_ps(step, low)));
      _mm512_storeu_ps(out + 16,
                       _mm512_mul_ps(_mm512_loadu_ps(out + 16), _mm512_mul_ps(step, high)));
    }
  }

  template <class Cells>
  static void values(const CodeSpan& s, const Band& band, const Cells& cells) {
    const int16_t* blocks[kSpanBlocks];
    for (int64_t c = band.begin; c < band.end; c += kBlockTokens)
      blocks[c / kBlockTokens] = cells.values(c / kBlockTokens).codes;
    for (int64_t d = 0; d < s.value_stride; d += 32) {
      const bool both = d + 16 < s.value_stride;
      zero_sums();
      for (int64_t c = band.begin; c < band.end; c += kBlockTokens) {
        const int16_t* values = blocks[c / kBlockTokens] + 2 * d;
        load_rows(s.weights + c, 2 * kSpanTokens);
        Tiles::template load<6>(values, 4 * s.value_stride);
        // Without a second half the first is multiplied again, and not kept.
        Tiles::template load<7>(values + (both ? 32 : 0), 4 * s.value_stride);
        multiply();
      }
      Tiles::template store<0>(s.totals + d, 4 * s.value_stride);
      Tiles::template store<2>(s.totals + 16 * s.value_stride + d, 4 * s.value_stride);
      if (!both) continue;
      Tiles::template store<1>(s.totals + d + 16, 4 * s.value_stride);
      Tiles::template store<3>(s.totals + 16 * s.value_stride + d + 16, 4 * s.value_stride);
    }
    for (int64_t row = 0; row < band.rows; ++row)
      std::memcpy(s.partial + row * s.partial_stride + kPartialHead,
                  s.totals + row * s.value_stride,
                  static_cast<size_t>(s.value_stride) * sizeof(float));
  }

 private:
  static void zero_sums() {
    Tiles::template zero<0>();
    Tiles::template zero<1>();
    Tiles::template zero<2>();
    Tiles::template zero<3>();
  }
  static void load_rows(const int16_t* rows, int64_t stride_bytes) {
    Tiles::template load<4>(rows, stride_bytes);
    Tiles::template load<5>(rows + 16 * stride_bytes / 2, stride_bytes);
  }
  static void multiply() {
    Tiles::template dot_bf16<0, 4, 6>();
    Tiles::template dot_bf16<1, 4, 7>();
    Tiles::template dot_bf16<2, 5, 6>();
    Tiles::template dot_bf16<3, 5, 7>();
  }
  static void store_sums(float* out, int64_t stride) {
    Tiles::template store<0>(out, 4 * stride);
    Tiles::template store<1>(out + 16, 4 * stride);
    Tiles::template store<2>(out + 16 * stride, 4 * stride);
    Tiles::template store<3>(out + 16 * stride + 16, 4 * stride);
  }
};

}  // namespace
}  // namespace hearth::kernels
