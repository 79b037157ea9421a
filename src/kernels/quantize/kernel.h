// The part of quantizing that touches every element, one kernel an instruction set. What happens
// once a group is shared (scale_rules.h, quantize.cc), so the kernels differ in nothing but speed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/cpu.h"
#include "kernels/quantize/quantize.h"

namespace hearth::kernels {

/// The least and the greatest element of a group, which has one; NaN is passed over.
struct Extremes {
  float least;
  float greatest;
};

/// A weight w is stored as the code of w / scale + zero_point.
struct GroupScale {
  float scale;
  float zero_point;  ///< an integer; 0 in formats without
};

struct EncodeArgs {
  const float* weights;  // [count], of one group
  int64_t count;
  GroupScale scale;
  const float* midpoints;  // [midpoint_count], between the values of a format that has a table
  int64_t midpoint_count;
  uint16_t* codes;  // [count], in the low bits of each, the others 0
};

struct QuantizeKernel {
  const char* name;
  Isa isa;
  Extremes (*extremes)(const float* weights, int64_t count);
  /// One a format, by QuantizeFormat.
  void (*encode[kQuantizeFormats])(const EncodeArgs& args);
  /// The sum of (w - (code - zero_point) * scale)^2 with codes of int8_asym.
  double (*squared_error)(const float* weights, int64_t count, const GroupScale& scale);
  SquaredSums (*squared_sums)(const float* values, const float* weights, int64_t count);
};

/// All kernels, best first, the reference last (kernels.inc).
const std::vector<QuantizeKernel>& quantize_kernels();

/// quantize_rows() and int8_row_errors() with a kernel of the caller's choice.
void quantize_rows(const QuantizeArgs& args, const float* weights, int64_t rows,
                   const QuantizeKernel& kernel, const QuantizedRows& out);
void int8_row_errors(const float* weights, int64_t rows, int64_t cols, const QuantizeKernel& kernel,
                     float* errors);

}  // namespace hearth::kernels
