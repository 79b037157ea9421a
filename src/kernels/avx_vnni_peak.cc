#include <immintrin.h>

#include "kernels/fma_loop.h"

namespace hearth::kernels {

int64_t run_int8_avx_vnni(int64_t rounds) {
  return run_chains(rounds, _mm256_set1_epi8(3), _mm256_set1_epi8(5), 32,
                    [](__m256i& sum, __m256i a, __m256i b) {
                      asm volatile("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
                    });
}

}  // namespace hearth::kernels
