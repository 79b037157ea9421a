// What algorithms on bf16 need of the processor (AVX512_BF16), for files named avx512_bf16*.cc and
// amx*.cc. bf16_emulated.h has the same names in plain C++.
#pragma once

#include <immintrin.h>

#include <cstddef>

namespace hearth::kernels {
namespace {

struct NativeBf16 {
  /// 32 floats rounded to bf16, to nearest even; subnormals become zero.
  static __m512i round(__m512 low, __m512 high) {
    const __m512bh rounded = _mm512_cvtne2ps_pbh(high, low);
    __m512i bits;
    __builtin_memcpy(&bits, &rounded, sizeof(bits));
    return bits;
  }

  // acc[i] + w[2i+1] x[2i+1] + w[2i] x[2i]: two fused multiply-adds one after the other, the odd
  // elements first, each rounded to nearest even, subnormals zero (found by comparison with scalar
  // code on an Emerald Rapids; the manual says the same). Inline assembly, since GCC 12 copies and
  // spills the accumulators of the intrinsic.

  static void dot(__m512& acc, __m512i w, __m512i x) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(acc) : "v"(w), "v"(x));
  }
  /// The same with one pair of x for all lanes.
  static void dot_pair(__m512& acc, __m512i w, const std::byte* pair) {
    asm("vdpbf16ps %2%{1to16%}, %1, %0" : "+v"(acc) : "v"(w), "m"(*(const int(*)[1])pair));
  }
};

}  // namespace
}  // namespace hearth::kernels
