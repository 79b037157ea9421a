// Activations as integers. A row of x is cut into segments of 32 columns; a group of segments
// shares one scale s = (largest magnitude) / 127 and has codes q = round(x / s) of 8 bits.
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
inline constexpr float kPeak = 8.0f;
inline constexpr int32_t kLowSteps = 254;
/// Groups smaller than this are 0.
inline constexpr float kLeastPeak = 0x1p-100f;

/// How a kernel wants the codes of a segment.
enum class CodeForm {
  bytes,     ///< high and low, in order
  even_odd,  ///< high and low, the 16 even columns before the 16 odd ones
  wide,      ///< q itself as 16 bits, in order
};

struct QuantizedRows {
  int64_t rows = 0;
  int64_t cols = 0;       // a multiple of 32
  int64_t sum_group = 0;  // columns of a group of the weight; divides cols
  CodeForm form = CodeForm::bytes;
  int8_t* high = nullptr;    // [rows, cols], unless wide
  int8_t* low = nullptr;     // [rows, cols], unless wide; 0 in segments of 8 bits
  int16_t* wide = nullptr;   // [rows, cols], if wide
  float* scales = nullptr;   // [rows, cols / 32]; NaN where x has NaN or infinity
  int32_t* steps = nullptr;  // [rows, cols / 32]: q = steps * high + low, 1 or kLowSteps
  float* sums = nullptr;     // [rows, cols / sum_group]: sum of s q, segments ascending, fused

  int64_t segments() const { return cols / kSegment; }
};

/// Bytes of the arrays of `rows` (a multiple of 64), and the arrays laid out in `memory`, which is
/// 64-byte aligned.
int64_t quantized_bytes(int64_t rows, int64_t cols, int64_t sum_group);
QuantizedRows place_quantized(int64_t rows, int64_t cols, int64_t sum_group, CodeForm form,
                              std::byte* memory);

/// What a group of segments shares; `inverse` is 0 where all codes are.
struct GroupScale {
  float scale = 0;  // of codes of 8 bits
  float inverse = 0;
  bool two_bytes = false;
};
/// From the group's largest magnitude and the sum of squares of its row of `cols`.
GroupScale group_scale(float peak, float squares, int64_t cols);

/// Fills rows [begin, end) of `out` from x, rows x_stride floats apart. `group` is a multiple of
/// 32; the last group of a row may be shorter.
using QuantizeRowsFn = void (*)(const float* x, int64_t x_stride, int64_t group, int64_t begin,
                                int64_t end, const QuantizedRows& out);
void quantize_rows_reference(const float* x, int64_t x_stride, int64_t group, int64_t begin,
                             int64_t end, const QuantizedRows& out);
void quantize_rows_avx2(const float* x, int64_t x_stride, int64_t group, int64_t begin, int64_t end,
                        const QuantizedRows& out);
/// The same bits from either.
QuantizeRowsFn select_quantize_rows(Isa isa);

}  // namespace hearth::kernels
