// Sharing the rows of a weight among threads.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/threads.h"

namespace hearth::kernels {

/// Rows of W that a thread takes at a time: a cache line of y, and whole blocks of rows in every
/// kernel.
inline constexpr int64_t kRowGrain = 16;

/// Threads take portions of the rows as they get done, this many each on average, so that one whose
/// core is busy elsewhere does not hold up the others. Who computes a row does not change its bits.
inline constexpr int kPortions = 8;

/// Calls work(part, rows) until all of `rows` are done, in multiples of `grain`, with part <
/// threads.
template <typename Work>
void run_portions(ThreadPool& pool, int threads, int64_t rows, Work&& work,
                  int64_t grain = kRowGrain) {
  const int portions = threads == 1 ? 1 : threads * kPortions;
  std::atomic<int> next = 0;
  pool.run(threads, [&](int part) {
    for (int i = next.fetch_add(1, std::memory_order_relaxed); i < portions;
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      const Range range = share(rows, i, portions, grain);
      if (range.begin < range.end) work(part, range);
    }
  });
}

/// `bytes` rounded up to whole cache lines.
inline int64_t whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace hearth::kernels
