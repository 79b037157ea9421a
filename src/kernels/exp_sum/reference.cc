// Sums of exponentials by the C library.
#include <algorithm>
#include <cmath>

#include "kernels/exp_sum/exp_sum.h"

namespace hearth::kernels {
namespace {

double run(const float* x, int64_t count, double top, double scale) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += std::exp(std::max((static_cast<double>(x[i]) - top) * scale, -700.0));
  return sum;
}

}  // namespace

const ExpSumKernel& exp_sum_reference() {
  static constexpr ExpSumKernel kernel = {"reference", Isa::scalar, run};
  return kernel;
}

}  // namespace hearth::kernels
