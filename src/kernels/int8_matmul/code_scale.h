// The scale of a group of codes, what a span of them leaves behind, and the walk over a row. In a
// header, as every instruction set has it inline; without linkage, as each compiles it for its own
// processors.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/int8_matmul/quantized_rows.h"

namespace hearth::kernels {
namespace {

/// What a group of segments shares; `inverse` is 0 where all codes are.
struct CodeScale {
  float scale = 0;  // of codes of 8 bits
  float inverse = 0;
  bool two_bytes = false;
};

/// From the group's largest magnitude and the sum of squares of its row of `cols`.
inline CodeScale group_scale(float peak, float squares, int64_t cols) {
  CodeScale s;
  if (std::isnan(squares) || std::isinf(peak)) {
    s.scale = std::numeric_limits<float>::quiet_NaN();
    return s;
  }
  if (peak < kLeastPeak) return s;
  s.scale = peak / 127.0f;
  s.inverse = 127.0f / peak;
  s.two_bytes = peak * peak * static_cast<float>(cols) > kPeak * kPeak * squares;
  return s;
}

/// What a code of `high` is worth, in codes of the group.
inline int32_t code_steps(const CodeScale& s) { return s.two_bytes ? kLowSteps : 1; }

/// Writes what is left to write of the spans of a row, one after the other: steps, scales, sums.
class SpanWriter {
 public:
  SpanWriter(const CodedRows& out, int64_t row)
      : scales_(out.scales + row * out.spans()),
        steps_(out.steps + row * out.spans()),
        sums_(out.sums + row * out.groups()),
        spans_of_group_(out.sum_group / out.span) {}

  /// The next span, whose codes add up to `sum`.
  void put(const CodeScale& s, int32_t sum) {
    const float scale = s.two_bytes ? s.scale / static_cast<float>(kLowSteps) : s.scale;
    *scales_++ = scale;
    *steps_++ = code_steps(s);
    total_ = std::fma(scale, static_cast<float>(sum), total_);
    if (++spans_ < spans_of_group_) return;
    *sums_++ = total_;
    total_ = 0;
    spans_ = 0;
  }

 private:
  float* scales_;
  int32_t* steps_;
  float* sums_;
  int64_t spans_of_group_;
  int64_t spans_ = 0;  // of the group, so far
  float total_ = 0;
};

/// Codes of a span whose inverse is 0, where a product with it might be NaN; returns their sum.
inline int32_t clear_span(int64_t at, const CodedRows& out) {
  const auto codes = static_cast<size_t>(out.span);
  if (out.layout.form == CodeForm::wide) {
    std::memset(out.wide + at, 0, 2 * codes);
  } else {
    std::memset(out.high + at, 0, codes);
    std::memset(out.low + at, 0, codes);
  }
  return 0;
}

/// A row in two passes of an instruction set's own: Largest(x, columns, squares) gives the peak of
/// a group, and adds to the squares; Quantize(x, scale, at, out) writes the codes of a span and
/// gives their sum.
template <class Squares, auto Largest, auto Quantize>
inline void quantize_row(const float* x, int64_t group, int64_t row, const CodedRows& out) {
  float* peaks = out.scales + row * out.spans();  // of a group, where its first scale will be
  const auto end_of = [&](int64_t k) { return k + group < out.cols ? k + group : out.cols; };
  Squares squares;
  for (int64_t k = 0; k < out.cols; k += group)
    peaks[k / out.span] = Largest(x + k, end_of(k) - k, squares);
  const float sum = squares.sum();
  SpanWriter writer(out, row);
  for (int64_t k = 0; k < out.cols; k += group) {
    const CodeScale s = group_scale(peaks[k / out.span], sum, out.cols);
    for (int64_t c = k; c < end_of(k); c += out.span)
      writer.put(s, Quantize(x + c, s, row * out.cols + c, out));
  }
}

}  // namespace
}  // namespace hearth::kernels
