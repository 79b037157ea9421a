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

SpanCodes quantize_span(const float* x, const CodeScale& s, int64_t at, const CodedRows& out) {
  SpanCodes span;
  for (int64_t c = 0; c < out.span; ++c) {
    const int32_t q = s.inverse == 0 ? 0 : static_cast<int32_t>(std::nearbyint(x[c] * s.inverse));
    span.sum += q;
    if (out.layout.form == CodeForm::wide) {
      out.wide[at + c] = static_cast<int16_t>(q);
      continue;
    }
    const int64_t to = c / kSegment * kSegment + place(out.layout.form, c % kSegment);
    const int32_t over = s.two_bytes ? over_of(q) : 0;
    out.codes[at + to] = static_cast<int8_t>(q - over * (1 << kOverBits));
    out.over[at + to] = static_cast<int8_t>(over);
    if (over != 0) span.over_words |= uint32_t{1} << to / kWordColumns;
  }
  return span;
}

int64_t count_above(const float* x, int64_t count, float limit) {
  int64_t above = 0;
  for (int64_t c = 0; c < count; ++c) above += std::fabs(x[c]) > limit;
  return above;
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
    out.codes = reinterpret_cast<int8_t*>(take(padded * cols));
    out.over = reinterpret_cast<int8_t*>(take(padded * cols));
  }
  out.scales = reinterpret_cast<float*>(take(padded * out.spans() * 4));
  out.over_words = reinterpret_cast<uint32_t*>(take(padded * out.spans() * 4));
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
      const CodeScale s =
          group_scale<count_above>(values + k, group_end - k, peak, squares, out.cols);
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
