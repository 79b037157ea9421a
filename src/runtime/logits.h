// What is done with a row of logits by vectors.
#pragma once

#include <span>

namespace hearth::runtime {

/// The sum of exp((v - top) * scale) over the values, `top` being the largest of them; the same
/// bits with every instruction set that has vectors. See kernels/exp_sum.
double exp_sum(std::span<const float> values, float top, double scale);

}  // namespace hearth::runtime
