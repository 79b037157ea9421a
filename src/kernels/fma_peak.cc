#include "kernels/fma_peak.h"

#include <algorithm>
#include <chrono>
#include <span>

namespace hearth::kernels {
namespace {

// Runs `rounds` rounds of a loop and returns how many multiply-adds they were.
using Run = int64_t (*)(int64_t rounds);
struct Loop {
  Isa isa;
  Run run;
};

}  // namespace

#if defined(__x86_64__)
int64_t run_fma_avx2(int64_t rounds);
int64_t run_fma_avx512(int64_t rounds);
int64_t run_int8_avx2(int64_t rounds);
int64_t run_int8_avx512(int64_t rounds);
int64_t run_int8_avx_vnni(int64_t rounds);
int64_t run_int8_avx512_vnni(int64_t rounds);
int64_t run_int8_amx(int64_t rounds);
int64_t run_bf16_avx512(int64_t rounds);
int64_t run_bf16_amx(int64_t rounds);
#endif

namespace {

#if defined(__x86_64__)
constexpr Loop kFmaLoops[] = {{Isa::avx2, run_fma_avx2}, {Isa::avx512, run_fma_avx512}};
constexpr Loop kInt8Loops[] = {{Isa::avx2, run_int8_avx2},
                               {Isa::avx_vnni, run_int8_avx_vnni},
                               {Isa::avx512, run_int8_avx512},
                               {Isa::avx512_vnni, run_int8_avx512_vnni},
                               {Isa::amx, run_int8_amx}};
constexpr Loop kBf16Loops[] = {{Isa::avx512_bf16, run_bf16_avx512}, {Isa::amx, run_bf16_amx}};
#else
constexpr std::span<const Loop> kFmaLoops, kInt8Loops, kBf16Loops;
#endif

double giga_operations(Run run, ThreadPool& pool, int threads) {
  constexpr int64_t kRounds = 500'000;  // 3 to 10 ms
  double best = 0;
  for (int sweep = 0; sweep < 5; ++sweep) {
    int64_t multiply_adds = 0;  // of one part
    const auto start = std::chrono::steady_clock::now();
    pool.run(threads, [&](int part) {
      const int64_t n = run(kRounds);
      if (part == 0) multiply_adds = n;
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, 2.0 * static_cast<double>(threads * multiply_adds) / seconds.count());
  }
  return best / 1e9;
}

// Of all loops that run here, since the widest need not be the fastest.
double best_rate(std::span<const Loop> loops, Isa isa, ThreadPool& pool, int threads) {
  double best = 0;
  for (const Loop& loop : loops)
    if (loop.isa <= isa && has_isa(loop.isa))
      best = std::max(best, giga_operations(loop.run, pool, threads));
  return best;
}

}  // namespace

double measure_fma_gflops(Isa isa, ThreadPool& pool, int threads) {
  return best_rate(kFmaLoops, isa, pool, threads);
}
double measure_int8_gops(Isa isa, ThreadPool& pool, int threads) {
  return best_rate(kInt8Loops, isa, pool, threads);
}
double measure_bf16_gflops(Isa isa, ThreadPool& pool, int threads) {
  return best_rate(kBf16Loops, isa, pool, threads);
}

}  // namespace hearth::kernels
