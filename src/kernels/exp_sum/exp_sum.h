// Sums of exponentials, what a softmax over a vocabulary divides by: sampling needs the sum and the
// weights of a few tokens, not those of all.
#pragma once

#include <cstdint>
#include <vector>

#include "base/cpu.h"

namespace hearth::kernels {

struct ExpSumKernel {
  const char* name;
  Isa isa;
  /// The sum of exp((x[i] - top) * scale), scale >= 0. `top` is the largest value, so that no term
  /// is above 1; terms below e^-700 count as that. Relative error: count / 8 * 2^-53 of the sum and
  /// 5e-13 of each term. NaN gives NaN.
  double (*run)(const float* x, int64_t count, double top, double scale);
};
const std::vector<ExpSumKernel>& exp_sum_kernels();
const ExpSumKernel& select_exp_sum(Isa isa);

}  // namespace hearth::kernels
