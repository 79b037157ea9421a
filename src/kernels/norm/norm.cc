#include "kernels/norm/norm.h"

#include "kernels/choose.h"

namespace hearth::kernels {

#define HEARTH_RMS_NORM_KERNEL(name) const RmsNormKernel& name();
#include "kernels/norm/kernels.inc"
#undef HEARTH_RMS_NORM_KERNEL

const std::vector<RmsNormKernel>& rms_norm_kernels() {
  static const std::vector<RmsNormKernel> kernels = {
#define HEARTH_RMS_NORM_KERNEL(name) name(),
#include "kernels/norm/kernels.inc"
#undef HEARTH_RMS_NORM_KERNEL
  };
  return kernels;
}

RmsNormFn select_rms_norm(Isa isa) { return first_for(rms_norm_kernels(), isa).run; }

}  // namespace hearth::kernels
