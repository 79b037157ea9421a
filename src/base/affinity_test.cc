#include "base/affinity.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "base/threads.h"

namespace hearth {
namespace {

using Cpus = std::vector<int>;

TEST(Affinity, AThreadIsBoundForTheScopeAlone) {
  const Cpus before = allowed_cpus();
  ASSERT_FALSE(before.empty());
  for (const int cpu : {before.front(), before.back()}) {
    const BoundToCpu bound(cpu);
    EXPECT_EQ(allowed_cpus(), Cpus{cpu});
  }
  EXPECT_EQ(allowed_cpus(), before);
  try {
    const BoundToCpu bound(before.back());
    throw std::runtime_error("out of the scope");
  } catch (const std::runtime_error&) {
    EXPECT_EQ(allowed_cpus(), before);
  }
}

// A core that the process does not have: nothing changes, and nothing is "restored".
TEST(Affinity, ARefusalLeavesTheThreadWhereItWas) {
  const Cpus before = allowed_cpus();
  if (before.back() + 1 >= CPU_SETSIZE) GTEST_SKIP() << "every core that can be named is there";
  const BoundToCpu bound(CPU_SETSIZE - 1);
  EXPECT_EQ(allowed_cpus(), before);
}

// Every part waits for all others, so that each slot has one.
TEST(Affinity, ThreadsOfAPoolRunOnTheirCores) {
  const Cpus cpus = allowed_cpus();
  for (const int threads : {2, 3}) {  // 3: more threads than cores on a small machine
    ThreadPool pool(threads, cpus);
    std::vector<Cpus> seen(static_cast<size_t>(threads));
    std::atomic<int> arrived{0};
    pool.run_on(threads, threads, [&](int slot, int) {
      ++arrived;
      while (arrived < threads) std::this_thread::yield();
      seen[static_cast<size_t>(slot)] = allowed_cpus();
    });
    EXPECT_EQ(seen[0], cpus) << "the caller is its own master";
    for (size_t slot = 1; slot < seen.size(); ++slot)
      EXPECT_EQ(seen[slot], Cpus{cpus[slot % cpus.size()]}) << threads << " threads, slot " << slot;
  }
}

TEST(Affinity, ThreadsOfAPoolWithoutCoresAreFree) {
  ThreadPool pool(2);
  std::vector<Cpus> seen(2);
  std::atomic<int> arrived{0};
  pool.run_on(2, 2, [&](int slot, int) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    seen[static_cast<size_t>(slot)] = allowed_cpus();
  });
  EXPECT_EQ(seen, std::vector<Cpus>(2, allowed_cpus()));
}

}  // namespace
}  // namespace hearth
