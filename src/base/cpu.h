// What the processor can do, seen once. Kernels ask for an Isa; nothing else does. HEARTH_ISA caps
// the answer so that lesser code can be tested on a greater machine.
#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// Instruction sets with kernels of their own, worst first. A processor need not have all that
/// stand before its best one: see has_isa().
enum class Isa {
  scalar,
  avx2,         ///< AVX2, FMA, F16C
  avx_vnni,     ///< AVX2 and the 256-bit VNNI of processors without AVX-512
  avx512,       ///< AVX2 and AVX-512 F, BW, CD, DQ, VL
  avx512_vnni,  ///< AVX-512 and AVX512_VNNI
  avx512_bf16,  ///< the same and AVX512_BF16
  amx,          ///< the same and AMX (TILE, INT8, BF16), which the kernel granted to this process
};
inline constexpr Isa kAllIsas[] = {Isa::scalar,      Isa::avx2,        Isa::avx_vnni, Isa::avx512,
                                   Isa::avx512_vnni, Isa::avx512_bf16, Isa::amx};

std::string_view to_string(Isa isa);

/// The best instruction set of this machine, capped by HEARTH_ISA. Throws bad_input when HEARTH_ISA
/// names no instruction set or one that the machine does not have.
Isa active_isa();

/// True when this machine runs code of `isa`, and `isa` is not above the cap of HEARTH_ISA.
bool has_isa(Isa isa);

/// True when the processor multiplies bf16 itself (AVX512_BF16 or AMX): the default of
/// INFERENCE_PRECISION_HINT is then bf16.
bool has_bf16_arithmetic();

/// True where AVX512_BF16 outruns f32 multiply-adds: AMD's do, by two. Intel's take four times the
/// cycles of a multiply-add for twice the products (measured on an Emerald Rapids: 176 and 360
/// GFLOP/s on two cores; AMX is what multiplies bf16 there).
bool bf16_outruns_f32();

/// "AMD EPYC, AVX2 (has: avx2 fma f16c)" for people.
std::string describe_cpu();

/// Cores this process may use: affinity mask and cgroup quota, at least 1; HEARTH_THREADS
/// overrides.
int usable_cores();

}  // namespace hearth
