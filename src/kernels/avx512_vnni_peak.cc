#include <immintrin.h>

#include "kernels/fma_loop.h"

namespace hearth::kernels {

int64_t run_int8_avx512_vnni(int64_t rounds) {
  return run_chains(rounds, _mm512_set1_epi8(3), _mm512_set1_epi8(5), 64,
                    [](__m512i& sum, __m512i a, __m512i b) {
                      asm volatile("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
                    });
}

}  // namespace hearth::kernels
