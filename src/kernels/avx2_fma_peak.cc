#include <immintrin.h>

#include "kernels/fma_loop.h"

namespace hearth::kernels {

int64_t run_fma_avx2(int64_t rounds) {
  return run_chains(rounds, _mm256_set1_ps(0.001f), _mm256_set1_ps(0.999f), 8,
                    [](__m256& sum, __m256 a, __m256 b) {
                      asm volatile("vfmadd132ps %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
                    });
}

// Products of bytes are added in pairs to 16 bits, those in pairs to 32 bits, and these to the sum.
int64_t run_int8_avx2(int64_t rounds) {
  const __m256i ones = _mm256_set1_epi16(1);
  return run_chains(rounds, _mm256_set1_epi8(3), _mm256_set1_epi8(5), 32,
                    [ones](__m256i& sum, __m256i a, __m256i b) {
                      __m256i products;
                      asm volatile(
                          "vpmaddubsw %3, %2, %1\n\tvpmaddwd %4, %1, %1\n\tvpaddd %1, %0, %0"
                          : "+x"(sum), "=&x"(products)
                          : "x"(a), "x"(b), "x"(ones));
                    });
}

}  // namespace hearth::kernels
