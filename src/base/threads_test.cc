#include "base/threads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace hearth {
namespace {

TEST(ThreadPool, EveryPartRunsOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (int parts : {0, 1, 2, 3, 7, 8, 64}) {
      std::vector<std::atomic<int>> runs(static_cast<size_t>(parts));
      pool.run(parts, [&](int part) { ++runs[static_cast<size_t>(part)]; });
      for (const auto& count : runs) EXPECT_EQ(count, 1) << threads << " threads, " << parts;
    }
  }
}

TEST(ThreadPool, ManyShortRegionsSeeEachOthersWrites) {
  ThreadPool pool(4);
  std::vector<int64_t> values(4, 0);
  for (int step = 0; step < 20000; ++step)
    pool.run(4, [&](int part) {  // each part reads what its neighbour wrote in the step before
      auto& mine = values[static_cast<size_t>((part + step) % 4)];
      EXPECT_EQ(mine, step);
      ++mine;
    });
}

TEST(ThreadPool, WakesUpAfterSleeping) {
  ThreadPool pool(3);
  std::atomic<int> runs{0};
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.run(3, [&](int) { ++runs; });
  }
  EXPECT_EQ(runs, 9);
}

TEST(ThreadPool, NestedRegionsRunOnTheirCaller) {
  ThreadPool pool(3);
  std::atomic<int> runs{0};
  std::atomic<bool> moved{false};
  pool.run(6, [&](int) {
    const auto caller = std::this_thread::get_id();
    pool.run(5, [&](int) {
      ++runs;
      if (std::this_thread::get_id() != caller) moved = true;
    });
  });
  EXPECT_EQ(runs, 30);
  EXPECT_FALSE(moved);
}

// What a slot's memory is for: nobody else has it while a part runs.
TEST(ThreadPool, SlotsTellThreadsApart) {
  ThreadPool pool(4);
  for (const int threads : {1, 2, 3, 4, 9}) {
    std::vector<std::atomic<int>> users(9);
    std::atomic<int> runs{0};
    for (int step = 0; step < 500; ++step)
      pool.run_on(threads, 32, [&](int slot, int) {
        ASSERT_LT(slot, std::min(threads, pool.size()));
        EXPECT_EQ(users[static_cast<size_t>(slot)].fetch_add(1), 0);
        ++runs;
        users[static_cast<size_t>(slot)].fetch_sub(1);
      });
    EXPECT_EQ(runs, 500 * 32);
  }
}

// Regions of different widths in turn: a worker that is late for a wide one must stay out of the
// narrow one after it.
TEST(ThreadPool, NarrowRegionsFollowWideOnes) {
  ThreadPool pool(4);
  std::vector<int64_t> sums(4, 0);
  for (int step = 0; step < 20000; ++step) {
    const int threads = 1 + step % 4;
    pool.run_on(threads, 6, [&](int slot, int part) {
      ASSERT_LT(slot, threads);
      sums[static_cast<size_t>(slot)] += part;
    });
  }
  EXPECT_EQ(sums[0] + sums[1] + sums[2] + sums[3], 20000 * 15);
}

// A thread that spins must give way to the one it waits for.
TEST(ThreadPool, MoreThreadsThanCoresDoNotCollapse) {
  ThreadPool pool(8 * static_cast<int>(std::thread::hardware_concurrency()));
  std::atomic<int64_t> sum{0};
  for (int step = 0; step < 2000; ++step) pool.run(16, [&](int part) { sum += part; });
  EXPECT_EQ(sum, 2000 * 120);
}

TEST(ThreadPool, CallersDoNotWaitForEachOther) {
  ThreadPool pool(2);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) pool.run(8, [&](int part) { sum += part; });
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 4 * 2000 * 28);
}

TEST(ThreadPool, SharesCoverEverythingInWholeGrains) {
  for (int64_t count : {0, 1, 7, 64, 1000})
    for (int parts : {1, 2, 3, 16})
      for (int64_t grain : {1, 4, 64}) {
        int64_t next = 0;
        for (int part = 0; part < parts; ++part) {
          const Range r = share(count, part, parts, grain);
          EXPECT_EQ(r.begin, next);
          EXPECT_LE(r.begin, r.end);
          EXPECT_TRUE(r.end == count || r.end % grain == 0);
          next = r.end;
        }
        EXPECT_EQ(next, count) << parts << " parts, grain " << grain;
      }
}

}  // namespace
}  // namespace hearth
