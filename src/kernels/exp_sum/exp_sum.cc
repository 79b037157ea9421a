#include "kernels/exp_sum/exp_sum.h"

#include "kernels/choose.h"

namespace hearth::kernels {

#define HEARTH_EXP_SUM_KERNEL(name) const ExpSumKernel& name();
#include "kernels/exp_sum/kernels.inc"
#undef HEARTH_EXP_SUM_KERNEL

const std::vector<ExpSumKernel>& exp_sum_kernels() {
  static const std::vector<ExpSumKernel> kernels = {
#define HEARTH_EXP_SUM_KERNEL(name) name(),
#include "kernels/exp_sum/kernels.inc"
#undef HEARTH_EXP_SUM_KERNEL
  };
  return kernels;
}

const ExpSumKernel& select_exp_sum(Isa isa) { return first_for(exp_sum_kernels(), isa); }

}  // namespace hearth::kernels
