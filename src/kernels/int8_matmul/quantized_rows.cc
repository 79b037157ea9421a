#include "kernels/int8_matmul/quantized_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/int8_matmul/code_scale.h"
#include "kernels/portions.h"

namespace hearth::kernels {
namespace {

// Sum of squares in the order of the vector code: four accumulators of eight lanes.
float sum_of_squares(const float* x, int64_t cols) {
  float lanes[32] = {};
  for (int64_t k = 0; k < cols; ++k) lanes[k % 32] = std::fma(x[k], x[k], lanes[k % 32]);
  float eight[8];
  for (int j = 0; j < 8; ++j)
    eight[j] = (lanes[j] + lanes[8 + j]) + (lanes[16 + j] + lanes[24 + j]);
  float four[4];
  for (int j = 0; j < 4; ++j) four[j] = eight[j] + eight[4 + j];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// Where column c of a segment stands in `form`.
int64_t place(CodeForm form, int64_t c) {
  return form == CodeForm::even_odd ? c / 2 + (c % 2) * 16 : c;
}

// The codes of one segment; returns their sum.
int32_t quantize_segment(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  int32_t sum = 0;
  for (int64_t c = 0; c < kSegment; ++c) {
    const float high = s.inverse == 0 ? 0.0f : std::nearbyint(x[c] * s.inverse);
    float low = 0;
    if (s.two_bytes) {
      const float rest = std::fma(-high, s.scale, x[c]);
      low = std::nearbyint(rest * (s.inverse * static_cast<float>(kLowSteps)));
    }
    const int32_t code = static_cast<int32_t>(high) * code_steps(s) + static_cast<int32_t>(low);
    sum += code;
    if (out.layout.form == CodeForm::wide) {
      out.wide[at + c] = static_cast<int16_t>(code);
    } else {
      out.high[at + place(out.layout.form, c)] = static_cast<int8_t>(high);
      out.low[at + place(out.layout.form, c)] = static_cast<int8_t>(low);
    }
  }
  return sum;
}

int32_t quantize_span(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  int32_t sum = 0;
  for (int64_t c = 0; c < out.span; c += kSegment) sum += quantize_segment(x + c, s, at + c, out);
  return sum;
}

}  // namespace

int64_t span_columns(int64_t cols, int64_t quantization_group, int64_t weight_group) {
  return std::gcd(std::gcd(cols, kMostSpan), std::gcd(quantization_group, weight_group));
}

int64_t quantized_bytes(int64_t rows, int64_t cols, int64_t sum_group) {
  constexpr int64_t kMostLanes = 16;
  const int64_t padded = (rows + kMostLanes - 1) / kMostLanes * kMostLanes;
  return 2 * whole_lines(padded * cols) + 2 * whole_lines(padded * (cols / kSegment) * 4) +
         whole_lines(padded * (cols / sum_group) * 4);
}

CodedRows place_quantized(int64_t rows, int64_t cols, int64_t sum_group, int64_t span,
                          CodeLayout layout, std::byte* memory) {
  CodedRows out;
  out.rows = rows;
  out.cols = cols;
  out.sum_group = sum_group;
  out.span = span;
  out.layout = layout;
  const int64_t lanes = std::max<int64_t>(layout.lanes, 1);
  const int64_t padded = (rows + lanes - 1) / lanes * lanes;
  const auto take = [&memory](int64_t bytes) {
    std::byte* taken = memory;
    memory += whole_lines(bytes);
    return taken;
  };
  if (layout.form == CodeForm::wide) {
    out.wide = reinterpret_cast<int16_t*>(take(2 * whole_lines(padded * cols)));
  } else {
    out.high = reinterpret_cast<int8_t*>(take(padded * cols));
    out.low = reinterpret_cast<int8_t*>(take(padded * cols));
  }
  out.scales = reinterpret_cast<float*>(take(padded * out.spans() * 4));
  out.steps = reinterpret_cast<int32_t*>(take(padded * out.spans() * 4));
  out.sums = reinterpret_cast<float*>(take(padded * out.groups() * 4));
  return out;
}

void quantize_rows_reference(const float* x, int64_t x_stride, int64_t group, int64_t begin,
                             int64_t end, const CodedRows& out) {
  for (int64_t row = begin; row < end; ++row) {
    const float* values = x + row * x_stride;
    const float squares = sum_of_squares(values, out.cols);
    SpanWriter writer(out, row);
    for (int64_t k = 0; k < out.cols; k += group) {
      const int64_t group_end = std::min(k + group, out.cols);
      float peak = 0;
      for (int64_t c = k; c < group_end; ++c) peak = std::max(peak, std::fabs(values[c]));
      const CodeScale s = group_scale(peak, squares, out.cols);
      for (int64_t c = k; c < group_end; c += out.span)
        writer.put(s, quantize_span(values + c, s, row * out.cols + c, out));
    }
  }
}

QuantizeRowsFn select_quantize_rows(Isa isa) {
#if defined(__x86_64__)
  const Isa usable = std::min(isa, active_isa());
  if (usable >= Isa::avx512) return quantize_rows_avx512;
  if (usable >= Isa::avx2) return quantize_rows_avx2;
#endif
  static_cast<void>(isa);
  return quantize_rows_reference;
}

}  // namespace hearth::kernels
