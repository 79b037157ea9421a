#include <immintrin.h>

#include "kernels/fma_loop.h"

namespace hearth::kernels {

int64_t run_fma_avx512(int64_t rounds) {
  return run_chains(rounds, _mm512_set1_ps(0.001f), _mm512_set1_ps(0.999f), 16,
                    [](__m512& sum, __m512 a, __m512 b) {
                      asm volatile("vfmadd132ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
                    });
}

// As in AVX2.
int64_t run_int8_avx512(int64_t rounds) {
  const __m512i ones = _mm512_set1_epi16(1);
  return run_chains(rounds, _mm512_set1_epi8(3), _mm512_set1_epi8(5), 64,
                    [ones](__m512i& sum, __m512i a, __m512i b) {
                      __m512i products;
                      asm volatile(
                          "vpmaddubsw %3, %2, %1\n\tvpmaddwd %4, %1, %1\n\tvpaddd %1, %0, %0"
                          : "+v"(sum), "=&v"(products)
                          : "v"(a), "v"(b), "v"(ones));
                    });
}

}  // namespace hearth::kernels
