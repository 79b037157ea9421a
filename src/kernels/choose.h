// Choosing from a list of kernels that is ordered best first and ends in the reference.
#pragma once

#include <vector>

#include "base/cpu.h"
#include "base/error.h"

namespace hearth::kernels {

/// The first kernel of at most `isa` that this machine can run.
template <typename Kernel>
const Kernel& first_for(const std::vector<Kernel>& kernels, Isa isa) {
  for (const Kernel& kernel : kernels)
    if (kernel.isa <= isa && has_isa(kernel.isa)) return kernel;
  assertion_failed(__FILE__, __LINE__, "first_for",
                   "a list of kernels does not end in the reference");
}

}  // namespace hearth::kernels
