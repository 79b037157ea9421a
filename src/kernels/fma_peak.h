// The machine's multiply-add rates: the floors that prefill is measured against.
#pragma once

#include <vector>

#include "base/cpu.h"
#include "base/threads.h"

namespace hearth::kernels {

/// GFLOP/s (two a multiply-add) that `threads` parts of the pool reach together in registers with
/// the widest vectors of `isa`; 0 for scalar.
double measure_fma_gflops(Isa isa, ThreadPool& pool, int threads);

/// The same for products of bf16 summed in f32 (AVX512_BF16); 0 where the machine has none.
double measure_bf16_gflops(ThreadPool& pool, int threads);

}  // namespace hearth::kernels
