#include "base/background.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace hearth {
namespace {

TEST(Background, DoesAllJobsInOrder) {
  std::vector<int> done;
  Background background(3);
  for (int i = 0; i < 1000; ++i) background.put([&done, i] { done.push_back(i); });
  background.finish();
  ASSERT_EQ(done.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(done[static_cast<size_t>(i)], i);
}

TEST(Background, ThrowsTheFirstErrorAndDropsTheRest) {
  std::atomic<int> done = 0;
  Background background(2);
  for (int i = 0; i < 100; ++i)
    background.put([&done, i] {
      if (i >= 10) throw std::runtime_error("job " + std::to_string(i));
      ++done;
    });
  try {
    background.finish();
    FAIL() << "no error";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "job 10");
  }
  EXPECT_EQ(done, 10);
}

TEST(Background, NeedsNoThread) {
  Background background(0);
  bool done = false;
  background.put([&] { done = true; });
  EXPECT_TRUE(done);
  EXPECT_THROW(background.put([] { throw std::runtime_error("job"); }), std::runtime_error);
  background.finish();
}

// As when the maker of the jobs throws.
TEST(Background, CanBeLeftUnfinished) {
  std::atomic<int> done = 0;
  {
    Background background(100);
    for (int i = 0; i < 50; ++i) background.put([&done] { ++done; });
  }
  EXPECT_LE(done, 50);
}

}  // namespace
}  // namespace hearth
