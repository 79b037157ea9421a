// vpdpbusd on 512 bits, for files named avx512_vnni*.cc and amx*.cc; dot_bytes_emulated.h has its
// meaning.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace hearth::kernels {
namespace {

/// sum[i] += products of the unsigned bytes 4 i to 4 i + 3 of `codes` with the signed ones of `x`.
/// Not the intrinsic, of which GCC 12 copies and spills the sums (2.5 times slower).
[[gnu::always_inline]] inline void dot_bytes(__m512i& sum, __m512i codes, __m512i x) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "v"(x));
}

/// The same with the four signed bytes at x + kOffset in every lane. That they are read is not told
/// to the compiler, since it would then keep sums in memory, where it thinks that x might be: what
/// writes x and what calls this are not to be inlined into one function.
template <int64_t kOffset>
[[gnu::always_inline]] inline void dot_four(__m512i& sum, __m512i codes, const int8_t* x) {
  asm("vpdpbusd %c3(%2)%{1to16%}, %1, %0" : "+v"(sum) : "v"(codes), "r"(x), "i"(kOffset));
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
