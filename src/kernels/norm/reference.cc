// RMS normalisation by plain loops, in double.
#include <cmath>

#include "kernels/norm/norm.h"

namespace hearth::kernels {
namespace {

void run(const float* x, int64_t x_stride, const float* gamma, float epsilon, int64_t rows,
         int64_t dim, float* y, int64_t y_stride) {
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * x_stride;
    double sum = 0;
    for (int64_t i = 0; i < dim; ++i) sum += static_cast<double>(row[i]) * row[i];
    const double factor =
        1 / std::sqrt(sum / static_cast<double>(dim) + static_cast<double>(epsilon));
    for (int64_t i = 0; i < dim; ++i)
      y[r * y_stride + i] =
          static_cast<float>(row[i] * factor * (gamma == nullptr ? 1.0 : gamma[i]));
  }
}

}  // namespace

const RmsNormKernel& rms_norm_reference() {
  static constexpr RmsNormKernel kernel = {"reference", Isa::scalar, run};
  return kernel;
}

}  // namespace hearth::kernels
