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
  float scale = 0;
  float inverse = 0;
  bool two_bytes = false;
};

/// A group of `count` columns, from its largest magnitude and the sum of squares of its row of
/// `cols`; CountAbove(x, count, limit) counts the columns of a larger magnitude than that.
template <auto CountAbove>
inline CodeScale group_scale(const float* x, int64_t count, float peak, float squares,
                             int64_t cols) {
  CodeScale s;
  if (std::isnan(squares) || std::isinf(peak)) {
    s.scale = std::numeric_limits<float>::quiet_NaN();
    return s;
  }
  if (peak < kLeastPeak) return s;
  float limit = peak;  // the largest magnitude of one byte
  if (peak * peak * static_cast<float>(cols) > kPeak * kPeak * squares) {
    for (int i = 0; i < kMostHalvings; ++i) {
      const float half = limit * 0.5f;
      if (CountAbove(x, count, half) * kOverShare > count) break;
      limit = half;
      s.two_bytes = true;
    }
  }
  s.scale = limit / 127.0f;
  s.inverse = 127.0f / limit;
  return s;
}

/// The second byte of a code.
inline int32_t over_of(int32_t code) { return (code + (1 << (kOverBits - 1))) >> kOverBits; }

/// What is known of the codes of a span.
struct SpanCodes {
  int32_t sum = 0;
  uint32_t over_words = 0;
};

/// Writes what is left to write of the spans of a row, one after the other.
class SpanWriter {
 public:
  SpanWriter(const CodedRows& out, int64_t row)
      : scales_(out.scales + row * out.spans()),
        over_words_(out.over_words + row * out.spans()),
        sums_(out.sums + row * out.groups()),
        spans_of_group_(out.sum_group / out.span) {}

  void put(const CodeScale& s, const SpanCodes& span) {
    *scales_++ = s.scale;
    *over_words_++ = span.over_words;
    total_ = std::fma(s.scale, static_cast<float>(span.sum), total_);
    if (++spans_ < spans_of_group_) return;
    *sums_++ = total_;
    total_ = 0;
    spans_ = 0;
  }

 private:
  float* scales_;
  uint32_t* over_words_;
  float* sums_;
  int64_t spans_of_group_;
  int64_t spans_ = 0;  // of the group, so far
  float total_ = 0;
};

/// Codes of a span whose inverse is 0, where a product with it might be NaN.
inline SpanCodes clear_span(int64_t at, const CodedRows& out) {
  const auto codes = static_cast<size_t>(out.span);
  if (out.layout.form == CodeForm::wide) {
    std::memset(out.wide + at, 0, 2 * codes);
  } else {
    std::memset(out.codes + at, 0, codes);
    std::memset(out.over + at, 0, codes);
  }
  return {};
}

/// A row in two passes of an instruction set's own: Largest(x, columns, squares) gives the peak of
/// a group, and adds to the squares; CountAbove is for group_scale(); Quantize(x, scale, at, out)
/// writes the codes of a span.
template <class Squares, auto Largest, auto CountAbove, auto Quantize>
inline void quantize_row(const float* x, int64_t group, int64_t row, const CodedRows& out) {
  float* peaks = out.scales + row * out.spans();  // of a group, where its first scale will be
  const auto end_of = [&](int64_t k) { return k + group < out.cols ? k + group : out.cols; };
  Squares squares;
  for (int64_t k = 0; k < out.cols; k += group)
    peaks[k / out.span] = Largest(x + k, end_of(k) - k, squares);
  const float sum = squares.sum();
  SpanWriter writer(out, row);
  for (int64_t k = 0; k < out.cols; k += group) {
    const CodeScale s =
        group_scale<CountAbove>(x + k, end_of(k) - k, peaks[k / out.span], sum, out.cols);
    for (int64_t c = k; c < end_of(k); c += out.span)
      writer.put(s, Quantize(x + c, s, row * out.cols + c, out));
  }
}

}  // namespace
}  // namespace hearth::kernels
