// The machine's read bandwidth: the floor that decoding is measured against.
#pragma once

#include "base/threads.h"

namespace hearth::kernels {

/// GB/s (10^9 bytes a second) that `threads` parts of the pool read together: the median of
/// nine sweeps over 512 MB, which exceeds the caches, with the best of the vectors that
/// active_isa() has. Takes about a second and that memory.
double measure_read_bandwidth_gb_s(ThreadPool& pool, int threads);

}  // namespace hearth::kernels
