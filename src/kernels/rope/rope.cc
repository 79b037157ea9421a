#include "kernels/rope/rope.h"

#include "kernels/choose.h"

namespace hearth::kernels {

#define HEARTH_ROPE_KERNEL(name) const RopeKernel& name();
#include "kernels/rope/kernels.inc"
#undef HEARTH_ROPE_KERNEL

const std::vector<RopeKernel>& rope_kernels() {
  static const std::vector<RopeKernel> kernels = {
#define HEARTH_ROPE_KERNEL(name) name(),
#include "kernels/rope/kernels.inc"
#undef HEARTH_ROPE_KERNEL
  };
  return kernels;
}

RopeFn select_rope(Isa isa) { return first_for(rope_kernels(), isa).run; }

}  // namespace hearth::kernels
