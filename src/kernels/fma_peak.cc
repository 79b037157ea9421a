#include "kernels/fma_peak.h"

#include <algorithm>
#include <chrono>

namespace hearth::kernels {

// Run `steps` rounds of 24 independent multiply-adds; return lanes of one of them.
#if defined(__x86_64__)
int64_t run_fma_avx2(int64_t steps);
int64_t run_fma_avx512(int64_t steps);
#else
int64_t run_fma_avx2(int64_t) { return 0; }
int64_t run_fma_avx512(int64_t) { return 0; }
#endif

double measure_fma_gflops(Isa isa, ThreadPool& pool, int threads) {
  isa = std::min(isa, active_isa());
  if (isa == Isa::scalar) return 0;
  constexpr int64_t kSteps = 1'000'000, kOperations = 2 * 24;
  double best = 0;
  for (int sweep = 0; sweep < 5; ++sweep) {
    int64_t lanes = 0;
    const auto start = std::chrono::steady_clock::now();
    pool.run(threads, [&](int part) {
      const int64_t n = isa >= Isa::avx512 ? run_fma_avx512(kSteps) : run_fma_avx2(kSteps);
      if (part == 0) lanes = n;
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(
        best, static_cast<double>(threads * kSteps * kOperations * lanes) / seconds.count() / 1e9);
  }
  return best;
}

}  // namespace hearth::kernels
