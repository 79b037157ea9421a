#include "ir/ops/slice_math.h"

#include <gtest/gtest.h>

#include <vector>

namespace hearth::ir {
namespace {

/// The elements that Python's list[start:stop:step] takes.
std::vector<int64_t> python_slice(int64_t size, int64_t start, int64_t stop, int64_t step) {
  const auto absolute = [&](int64_t v) { return v < 0 ? v + size : v; };
  std::vector<int64_t> out;
  if (step > 0)
    for (int64_t i = std::max<int64_t>(absolute(start), 0); i < std::min(absolute(stop), size);
         i += step)
      out.push_back(i);
  else
    for (int64_t i = std::min(absolute(start), size - 1); i > std::max<int64_t>(absolute(stop), -1);
         i += step)
      out.push_back(i);
  return out;
}

TEST(SliceSpan, IsPythonsSlice) {
  for (int64_t size = 0; size <= 5; ++size)
    for (int64_t start = -7; start <= 7; ++start)
      for (int64_t stop = -7; stop <= 7; ++stop)
        for (int64_t step : {-3, -2, -1, 1, 2, 3}) {
          const auto want = python_slice(size, start, stop, step);
          const auto [first, count] = slice_span(size, start, stop, step);
          ASSERT_EQ(count, static_cast<int64_t>(want.size()))
              << size << "[" << start << ":" << stop << ":" << step << "]";
          if (count > 0) {
            ASSERT_EQ(first, want[0]);
          }
        }
}

TEST(SliceSpan, TakesExtremesOfInt64) {
  EXPECT_EQ(slice_span(5, 0, INT64_MAX, 1).count, 5);
  EXPECT_EQ(slice_span(5, INT64_MIN, INT64_MAX, INT64_MAX).count, 1);
  EXPECT_EQ(slice_span(5, INT64_MAX, INT64_MIN, -1).count, 5);
  EXPECT_EQ(slice_span(5, -1, INT64_MIN, INT64_MIN).count, 1);
  EXPECT_EQ(slice_span(0, INT64_MAX, INT64_MIN, -1).count, 0);
}

/// Every combination inside of the intervals must be covered by what is inferred for them.
void check_hull(const Dimension& size, ValueRange start, ValueRange stop, int64_t step) {
  const Dimension inferred = slice_count(size, start, stop, step);
  const int64_t largest = size.max() == Dimension::kUnbounded ? 14 : size.max();
  for (int64_t n = size.min(); n <= largest; ++n)
    for (int64_t from = start.min; from <= start.max; ++from)
      for (int64_t to = stop.min; to <= stop.max; ++to)
        ASSERT_TRUE(inferred.contains(slice_span(n, from, to, step).count))
            << n << "[" << from << ":" << to << ":" << step << "] against " << inferred.to_string()
            << " for " << size.to_string() << "[" << start.min << ".." << start.max << ":"
            << stop.min << ".." << stop.max << "]";
}

TEST(SliceCount, CoversAllSizesAndEnds) {
  for (const Dimension& size : {Dimension(4), Dimension(0, 3), Dimension(2, 6), Dimension()})
    for (int64_t start = -6; start <= 6; ++start)
      for (int64_t stop = -6; stop <= 6; ++stop)
        for (int64_t step : {-2, -1, 1, 3})
          for (int64_t width : {0, 1, 4})
            check_hull(size, {start, start + width}, {stop, stop + 2 * width}, step);
}

TEST(SliceCount, IsExactWhereItCanBe) {
  const auto count = [](Dimension size, int64_t start, int64_t stop, int64_t step = 1) {
    return slice_count(size, ValueRange::exactly(start), ValueRange::exactly(stop), step)
        .to_string();
  };
  EXPECT_EQ(count(-1, 0, INT64_MAX), "?");
  EXPECT_EQ(count(-1, 0, 4), "0..4");
  EXPECT_EQ(count({4, -1}, 0, 4), "4");
  EXPECT_EQ(count({4, -1}, 1, -1), "2..");
  EXPECT_EQ(count(-1, -3, INT64_MAX), "0..3");
  EXPECT_EQ(count(-1, -5, 3), "0..3");
  EXPECT_EQ(count({2, 8}, 1, -1, 2), "0..3");
  EXPECT_EQ(count(-1, -1, INT64_MIN, -1), "?");
}

}  // namespace
}  // namespace hearth::ir
