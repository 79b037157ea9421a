#include <cstdint>

#include "kernels/bf16_native.h"

namespace hearth::kernels {

// Rounds of 24 products of pairs, independent but for their accumulators, as run_fma_avx512.
int64_t run_dot_avx512_bf16(int64_t steps) {
  constexpr int kChains = 12;  // latency 6, at most two a cycle
  __m512 acc[kChains];
  for (int i = 0; i < kChains; ++i) acc[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512i a = _mm512_set1_epi16(0x3f7f), b = _mm512_set1_epi16(0x3c00);
  for (int64_t step = 0; step < 2 * steps; ++step)
    for (int i = 0; i < kChains; ++i) NativeBf16::dot(acc[i], a, b);
  for (int i = 1; i < kChains; ++i) acc[0] = _mm512_add_ps(acc[0], acc[i]);
  return _mm512_reduce_add_ps(acc[0]) > 0 ? 32 : 0;  // always: uses the results
}

}  // namespace hearth::kernels
