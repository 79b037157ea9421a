#include <immintrin.h>

#include "kernels/fma_loop.h"

namespace hearth::kernels {

// Sums grow by 32 a round, from bytes that read as moderate numbers of both types.
int64_t run_bf16_avx512(int64_t rounds) {
  const __m512i ones = _mm512_set1_epi16(0x3f80);
  return run_chains(rounds, ones, ones, 32, [](__m512i& sum, __m512i a, __m512i b) {
    asm volatile("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  });
}

}  // namespace hearth::kernels
