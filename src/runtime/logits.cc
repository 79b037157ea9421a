#include "runtime/logits.h"

#include "kernels/exp_sum/exp_sum.h"

namespace hearth::runtime {

double exp_sum(std::span<const float> values, float top, double scale) {
  static const kernels::ExpSumKernel& kernel = kernels::select_exp_sum(active_isa());
  return kernel.run(values.data(), static_cast<int64_t>(values.size()), static_cast<double>(top),
                    scale);
}

}  // namespace hearth::runtime
