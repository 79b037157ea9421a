// Element-wise kernels of a decoder layer: y = silu(gate) * up, y = a + b, and rounding to bf16 and
// f16.
#pragma once

#include <cstdint>
#include <vector>

#include "base/cpu.h"

namespace hearth::kernels {

struct ActivationKernels {
  const char* name;
  Isa isa;
  /// silu(x) = x / (1 + exp(-x)); y may be gate or up. exp is good to 2 ulp over all of f32.
  void (*swiglu)(const float* gate, const float* up, int64_t count, float* y);
  void (*add)(const float* a, const float* b, int64_t count, float* y);
  void (*multiply)(const float* a, const float* b, int64_t count, float* y);
  /// y[i] = x[i] rounded to the nearest bf16 / f16, still as f32.
  void (*round_bf16)(const float* x, int64_t count, float* y);
  void (*round_f16)(const float* x, int64_t count, float* y);
};
const std::vector<ActivationKernels>& activation_kernels();
const ActivationKernels& select_activation(Isa isa);

}  // namespace hearth::kernels
