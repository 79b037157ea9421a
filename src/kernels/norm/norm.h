// RMS normalisation of rows: y = x / sqrt(mean(x^2) + eps) * gamma (Zhang & Sennrich, 2019).
#pragma once

#include <cstdint>
#include <vector>

#include "base/cpu.h"

namespace hearth::kernels {

/// x, y: [rows, D], rows `stride` floats apart (y may be x); gamma: [D] or null.
using RmsNormFn = void (*)(const float* x, int64_t x_stride, const float* gamma, float epsilon,
                           int64_t rows, int64_t dim, float* y, int64_t y_stride);
struct RmsNormKernel {
  const char* name;
  Isa isa;
  RmsNormFn run;
};
const std::vector<RmsNormKernel>& rms_norm_kernels();
RmsNormFn select_rms_norm(Isa isa);

}  // namespace hearth::kernels
