#include "kernels/activation/activation.h"

#include "kernels/choose.h"

namespace hearth::kernels {

#define HEARTH_ACTIVATION_KERNEL(name) const ActivationKernels& name();
#include "kernels/activation/kernels.inc"
#undef HEARTH_ACTIVATION_KERNEL

const std::vector<ActivationKernels>& activation_kernels() {
  static const std::vector<ActivationKernels> kernels = {
#define HEARTH_ACTIVATION_KERNEL(name) name(),
#include "kernels/activation/kernels.inc"
#undef HEARTH_ACTIVATION_KERNEL
  };
  return kernels;
}

const ActivationKernels& select_activation(Isa isa) { return first_for(activation_kernels(), isa); }

}  // namespace hearth::kernels
