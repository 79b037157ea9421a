// Streams: how many, that each serves one inference at a time, and where their threads run.
#include "runtime/streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "hearth/properties.hpp"
#include "runtime/properties.h"

namespace hearth::runtime {
namespace {

// What openvino 2026.4 answers on two cores; the other counts follow from its rule by hand.
TEST(Streams, ThroughputDividesThreadsAsOpenVinoDoes) {
  EXPECT_EQ(throughput_streams(1, 0), 1);
  EXPECT_EQ(throughput_streams(2, 0), 2);
  EXPECT_EQ(throughput_streams(2, 1), 1);
  EXPECT_EQ(throughput_streams(2, 4), 2);
  EXPECT_EQ(throughput_streams(4, 0), 2);  // of 4 threads, then of 2
  EXPECT_EQ(throughput_streams(6, 0), 2);  // of 3
  EXPECT_EQ(throughput_streams(7, 0), 2);  // of 7, then of 3, and a core stays idle
  EXPECT_EQ(throughput_streams(8, 0), 4);  // of 4, then of 2
  EXPECT_EQ(throughput_streams(16, 0), 4);
  EXPECT_EQ(throughput_streams(16, 3), 3);
  EXPECT_EQ(throughput_streams(64, 0), 16);
}

TEST(Streams, TheProcessesPoolServesOneStreamThatIsNotPinned) {
  Streams streams(1, 1);
  const Streams::Turn first(streams), second(streams);  // neither waits
  EXPECT_EQ(&first.pool(), &ThreadPool::instance());
  EXPECT_EQ(&second.pool(), &ThreadPool::instance());
}

TEST(Streams, AnInferenceWaitsForAFreeStream) {
  Streams streams(2, 6);
  auto first = std::make_unique<Streams::Turn>(streams);
  const Streams::Turn second(streams);
  EXPECT_NE(&first->pool(), &second.pool());
  EXPECT_EQ(first->pool().size(), 3);
  EXPECT_EQ(second.pool().size(), 3);

  ThreadPool* const freed = &first->pool();
  std::atomic<bool> is_free{false};
  auto third = std::async(std::launch::async, [&] {
    const Streams::Turn turn(streams);
    EXPECT_TRUE(is_free) << "a third inference on two streams";
    return &turn.pool();
  });
  EXPECT_EQ(third.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  is_free = true;
  first.reset();
  EXPECT_EQ(third.get(), freed);
}

TEST(Streams, PinnedThreadsHaveCoresOfTheirOwn) {
  const std::vector<int> before = allowed_cpus();
  if (before.size() < 2) GTEST_SKIP() << "one core";
  Streams streams(1, 2, before);
  std::vector<std::vector<int>> seen(2);
  {
    const Streams::Turn turn(streams);
    std::atomic<int> arrived{0};
    turn.pool().run_on(2, 2, [&](int slot, int) {
      ++arrived;
      while (arrived < 2) std::this_thread::yield();
      seen[static_cast<size_t>(slot)] = allowed_cpus();
    });
  }
  EXPECT_THAT(
      seen, testing::ElementsAre(testing::ElementsAre(before[0]), testing::ElementsAre(before[1])));
  EXPECT_EQ(allowed_cpus(), before) << "the caller may run where it might before";
}

// A process that may use one core, as taskset would leave it: pinning stays inside.
TEST(Streams, PinningKeepsToTheCoresOfTheProcess) {
  const std::vector<int> before = allowed_cpus();
  const BoundToCpu narrow(before.back());
  Streams streams(2, 2, read_settings({hint::enable_cpu_pinning(true)}, ir::Graph()).cpus);
  const Streams::Turn first(streams), second(streams);
  EXPECT_THAT(allowed_cpus(), testing::ElementsAre(before.back()));
}

// Two requests on two streams do not share a core when there are two.
TEST(Streams, PinnedStreamsHaveDifferentCores) {
  const std::vector<int> allowed = allowed_cpus();
  if (allowed.size() < 2) GTEST_SKIP() << "one core";
  Streams streams(2, 2, allowed);
  const Streams::Turn mine(streams);
  const auto theirs = std::async(std::launch::async, [&] {
                        const Streams::Turn turn(streams);
                        return allowed_cpus();
                      }).get();
  EXPECT_NE(allowed_cpus(), theirs);
  EXPECT_EQ(theirs.size(), 1u);
}

}  // namespace
}  // namespace hearth::runtime
