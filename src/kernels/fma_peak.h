// The machine's rates of multiply-adds in registers: the floors that prompts and large batches are
// measured against.
#pragma once

#include "base/cpu.h"
#include "base/threads.h"

namespace hearth::kernels {

/// GFLOP/s or integer GOP/s, two a multiply-add, that `threads` parts of the pool reach together
/// with the best instructions of `isa` (or less, where this machine or HEARTH_ISA has less) on
/// operands in registers; 0 where there are none. A rate takes a tenth of a second to measure.
double measure_fma_gflops(Isa isa, ThreadPool& pool, int threads);
/// Bytes times bytes, summed exactly in 32 bits: AMX, VNNI or pairs of AVX2's multiplications.
double measure_int8_gops(Isa isa, ThreadPool& pool, int threads);
/// bf16 times bf16, summed in f32: AMX or AVX512_BF16.
double measure_bf16_gflops(Isa isa, ThreadPool& pool, int threads);

}  // namespace hearth::kernels
