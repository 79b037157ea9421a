#include "kernels/fma_peak.h"

#include <algorithm>
#include <chrono>

namespace hearth::kernels {

// Run `steps` rounds of 24 independent multiply-adds; return how many multiply-adds each of them
// is.
#if defined(__x86_64__)
int64_t run_fma_avx2(int64_t steps);
int64_t run_fma_avx512(int64_t steps);
int64_t run_dot_avx512_bf16(int64_t steps);
#else
int64_t run_fma_avx2(int64_t) { return 0; }
int64_t run_fma_avx512(int64_t) { return 0; }
int64_t run_dot_avx512_bf16(int64_t) { return 0; }
#endif

namespace {

template <class Loop>
double measure_gflops(Loop&& loop, ThreadPool& pool, int threads) {
  constexpr int64_t kSteps = 1'000'000, kOperations = 2 * 24;
  double best = 0;
  for (int sweep = 0; sweep < 5; ++sweep) {
    int64_t lanes = 0;
    const auto start = std::chrono::steady_clock::now();
    pool.run(threads, [&](int part) {
      const int64_t n = loop(kSteps);
      if (part == 0) lanes = n;
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(
        best, static_cast<double>(threads * kSteps * kOperations * lanes) / seconds.count() / 1e9);
  }
  return best;
}

}  // namespace

double measure_fma_gflops(Isa isa, ThreadPool& pool, int threads) {
  isa = std::min(isa, active_isa());
  if (isa == Isa::scalar) return 0;
  return measure_gflops(isa >= Isa::avx512 ? run_fma_avx512 : run_fma_avx2, pool, threads);
}

double measure_bf16_gflops(ThreadPool& pool, int threads) {
  return has_isa(Isa::avx512_bf16) ? measure_gflops(run_dot_avx512_bf16, pool, threads) : 0;
}

}  // namespace hearth::kernels
