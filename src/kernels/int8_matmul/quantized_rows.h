// Activations as integers. A row of x is cut into segments of 32 columns; a group of segments
// shares one scale s = (largest magnitude) / 127 and has codes q = round(x / s) of 8 bits. The
// products of a span, 32, 64 or 128 columns within one group, are one integer sum.
//
// Eight bits are coarse for a group in which a few channels stand out, as they do in the residual
// stream of most language models. Where the largest magnitude is over kPeak times the root mean
// square of the whole row, the group keeps what the rounding left in eight bits more:
// q = 254 * high + low with scale s / 254. On SmolLM2 in int8 that takes what quantising
// activations in groups of 32 costs in perplexity from 0.7 % to 0.1 %.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/cpu.h"

namespace hearth::kernels {

inline constexpr int64_t kSegment = 32;
/// 128 products of 8 bits with 16 bits stay below 2^31: 128 * 255 * (127 * 254 + 127).
inline constexpr int64_t kMostSpan = 128;
inline constexpr float kPeak = 8.0f;
inline constexpr int32_t kLowSteps = 254;
/// Groups smaller than this are 0.
inline constexpr float kLeastPeak = 0x1p-100f;

/// The largest of 128, 64 and 32 columns that divides a row and both groups.
int64_t span_columns(int64_t cols, int64_t quantization_group, int64_t weight_group);

/// The order of the codes of a segment.
enum class CodeForm {
  bytes,     ///< high and low, in order
  even_odd,  ///< high and low, the 16 even columns before the 16 odd ones
  wide,      ///< q itself as 16 bits, in order
};

/// How a kernel wants activations: by rows, or in panels of so many tokens side by side, four codes
/// of a token after four of the one before. Panels are of bytes.
struct CodeLayout {
  CodeForm form = CodeForm::bytes;
  int64_t lanes = 0;  // tokens of a panel; 0: rows
};

/// By rows the arrays are as written; in panels they are [ceil(rows / lanes), n / 4, lanes, 4] of
/// codes and [ceil(rows / lanes), n, lanes] of the rest, and lanes without a token are 0.
struct CodedRows {
  int64_t rows = 0;
  int64_t cols = 0;       // a multiple of 32
  int64_t sum_group = 0;  // columns of a group of the weight; divides cols
  int64_t span = 0;       // columns; divides sum_group
  CodeLayout layout;
  int8_t* high = nullptr;    // [rows, cols], unless wide
  int8_t* low = nullptr;     // [rows, cols], unless wide; 0 in spans of 8 bits
  int16_t* wide = nullptr;   // [rows, cols], if wide
  float* scales = nullptr;   // [rows, cols / span]; NaN where x has NaN or infinity
  int32_t* steps = nullptr;  // [rows, cols / span]: q = steps * high + low, 1 or kLowSteps
  float* sums = nullptr;     // [rows, cols / sum_group]: sum of s q, spans ascending, fused

  int64_t spans() const { return cols / span; }
  int64_t groups() const { return cols / sum_group; }
};

/// Bytes (a multiple of 64) of the arrays of so many rows in any layout.
int64_t quantized_bytes(int64_t rows, int64_t cols, int64_t sum_group);
/// The arrays laid out in `memory`, which is 64-byte aligned and has quantized_bytes().
CodedRows place_quantized(int64_t rows, int64_t cols, int64_t sum_group, int64_t span,
                          CodeLayout layout, std::byte* memory);

/// Fills rows [begin, end) of `out`, which is by rows, from x, rows x_stride floats apart. `group`
/// is a multiple of the span; the last group of a row may be shorter.
using QuantizeRowsFn = void (*)(const float* x, int64_t x_stride, int64_t group, int64_t begin,
                                int64_t end, const CodedRows& out);
void quantize_rows_reference(const float* x, int64_t x_stride, int64_t group, int64_t begin,
                             int64_t end, const CodedRows& out);
void quantize_rows_avx2(const float* x, int64_t x_stride, int64_t group, int64_t begin, int64_t end,
                        const CodedRows& out);
void quantize_rows_avx512(const float* x, int64_t x_stride, int64_t group, int64_t begin,
                          int64_t end, const CodedRows& out);
/// The same bits from each.
QuantizeRowsFn select_quantize_rows(Isa isa);

}  // namespace hearth::kernels
