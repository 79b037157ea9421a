// Activations as integers. A row of x is cut into segments of 32 columns; a group of segments
// shares one scale s = (largest magnitude) / 127 and has codes q = round(x / s) of 8 bits. The
// products of a span, 32, 64 or 128 columns within one group, are one integer sum.
//
// Eight bits are coarse for a group in which a few channels stand out, as they do in the residual
// stream of most language models. Where the largest magnitude is over kPeak times the root mean
// square of the whole row, s is halved as long as at most one column in kOverShare has a code of
// more than 8 bits. Those go over into a second byte, q = 256 * over + code, which is 0 in most
// words of four columns; products are spent on the others only. On SmolLM2 in int8, groups of 128,
// one group in six has such columns, about four of them, and what quantising costs in perplexity
// falls from 1.0 % to 0.2 %.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/cpu.h"

namespace hearth::kernels {

inline constexpr int64_t kSegment = 32;
inline constexpr int64_t kMostSpan = 128;
inline constexpr float kPeak = 8.0f;
inline constexpr int64_t kOverShare = 16;
/// How often s may be halved: 128 products of 8 bits with 127 * 2^8 stay below 2^31.
inline constexpr int kMostHalvings = 8;
/// What a code of the second byte is worth: 2^kOverBits.
inline constexpr int kOverBits = 8;
/// Columns of a word of codes.
inline constexpr int64_t kWordColumns = 4;
/// Groups smaller than this are 0.
inline constexpr float kLeastPeak = 0x1p-100f;

/// The largest of 128, 64 and 32 columns that divides a row and both groups.
int64_t span_columns(int64_t cols, int64_t quantization_group, int64_t weight_group);

/// The order of the codes of a segment.
enum class CodeForm {
  bytes,     ///< both bytes, in order
  even_odd,  ///< both bytes, the 16 even columns before the 16 odd ones
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
  int8_t* codes = nullptr;  // [rows, cols], unless wide
  int8_t* over = nullptr;   // [rows, cols], unless wide
  int16_t* wide = nullptr;  // [rows, cols], if wide
  float* scales = nullptr;  // [rows, cols / span]; NaN where x has NaN or infinity
  float* sums = nullptr;    // [rows, cols / sum_group]: sum of s q, spans ascending, fused
  // [rows, cols / span]: bit i is set where word i of the span, four codes as they are stored, has
  // codes in `over`; 0 if wide.
  uint32_t* over_words = nullptr;

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
