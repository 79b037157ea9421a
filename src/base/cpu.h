// What the processor can do, seen once. Kernels ask for an Isa; nothing else does. HEARTH_ISA caps
// the answer so that lesser code can be tested on a greater machine.
#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// Instruction sets with kernels of their own, each including the ones before it.
enum class Isa {
  scalar,
  avx2,    ///< AVX2, FMA, F16C
  avx512,  ///< AVX-512 F, BW, CD, DQ, VL
};

std::string_view to_string(Isa isa);

/// The best instruction set of this machine, capped by HEARTH_ISA. Throws bad_input when HEARTH_ISA
/// names no instruction set or one that the machine does not have.
Isa active_isa();

/// True when the processor multiplies bf16 itself (AVX512_BF16 or AMX): the default of
/// INFERENCE_PRECISION_HINT is then bf16.
bool has_bf16_arithmetic();

/// "AMD EPYC, AVX2 (has: avx2 fma f16c)" for people.
std::string describe_cpu();

/// Cores this process may use: affinity mask and cgroup quota, at least 1; HEARTH_THREADS
/// overrides.
int usable_cores();

}  // namespace hearth
