// vpdpbusd on 512 bits, for files named avx512_vnni*.cc and amx*.cc; dot_bytes_emulated.h has its
// meaning.
#pragma once

#include <immintrin.h>

namespace hearth::kernels {
namespace {

/// sum[i] += products of the unsigned bytes 4 i to 4 i + 3 of `codes` with the signed ones of `x`.
/// Not the intrinsic, of which GCC 12 copies and spills the sums (2.5 times slower).
[[gnu::always_inline]] inline void dot_bytes(__m512i& sum, __m512i codes, __m512i x) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "v"(x));
}

/// Zeros to start from. Opaque: GCC 12 makes a memset of an array of zeros, and then the sums stay
/// in memory.
[[gnu::always_inline]] inline __m512i no_sums() {
  __m512i sum = _mm512_setzero_si512();
  asm("" : "+v"(sum));
  return sum;
}

}  // namespace
}  // namespace hearth::kernels
