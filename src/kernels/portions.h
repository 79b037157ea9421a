// Sharing the rows of a weight among threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/threads.h"

namespace hearth::kernels {

/// Rows of W that a thread takes at a time: a cache line of y, and whole blocks of rows in every
/// kernel.
inline constexpr int64_t kRowGrain = 16;

/// Rows cut into portions that threads take as they get done, so that one whose core is busy
/// elsewhere does not hold up the others: who computes a row does not change its bits. Portions
/// come in rounds of one for each thread. A round is half of what is left, the last round all of
/// it: few portions to take, and small ones at the end, where threads wait for each other.
class Portions {
 public:
  Portions(int64_t rows, int threads, int64_t grain)
      : rows_(rows), grain_(grain), grains_((rows + grain - 1) / grain), threads_(threads) {
    while (rounds_ < kMostRounds && (grains_ >> rounds_) > threads) ++rounds_;
  }
  int count() const { return threads_ == 1 ? 1 : rounds_ * threads_; }
  Range operator[](int portion) const {
    if (threads_ == 1) return {0, rows_};
    const int round = portion / threads_;
    const int64_t begin = grains_ - (grains_ >> round);
    const int64_t end = round + 1 == rounds_ ? grains_ : grains_ - (grains_ >> (round + 1));
    const Range range = share(end - begin, portion % threads_, threads_);
    return {std::min((begin + range.begin) * grain_, rows_),
            std::min((begin + range.end) * grain_, rows_)};
  }

 private:
  static constexpr int kMostRounds = 5;
  int64_t rows_;
  int64_t grain_;
  int64_t grains_;
  int threads_;
  int rounds_ = 1;
};

/// Calls work(part, rows) until all of `rows` are done, with part < threads; rows are taken in
/// multiples of `grain`.
template <typename Work>
void run_portions(ThreadPool& pool, int threads, int64_t rows, Work&& work,
                  int64_t grain = kRowGrain) {
  const Portions portions(rows, threads, grain);
  pool.run_on(threads, portions.count(), [&](int part, int portion) {
    const Range range = portions[portion];
    if (range.begin < range.end) work(part, range);
  });
}

/// `bytes` rounded up to whole cache lines.
inline int64_t whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace hearth::kernels
