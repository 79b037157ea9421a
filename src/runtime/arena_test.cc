// Placement of activations: what lives at the same time never overlaps, what does not shares.
#include "runtime/arena.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/plan.h"

namespace hearth::runtime {
namespace {

PlannedValue value(int64_t floats, int first, int last) {
  PlannedValue v;
  v.row_floats = floats;
  v.first_step = first;
  v.last_step = last;
  return v;
}

TEST(Arena, ChainNeedsTwoBuffers) {
  std::vector<PlannedValue> values = {value(64, 0, 1), value(64, 1, 2), value(64, 2, 3),
                                      value(64, 3, 4)};
  EXPECT_EQ(place_in_arena(values), 128);
}

TEST(Arena, OffsetsAreAlignedTo64Bytes) {
  std::vector<PlannedValue> values = {value(3, 0, 2), value(5, 0, 2), value(17, 1, 2)};
  place_in_arena(values);
  for (const PlannedValue& v : values) EXPECT_EQ(v.offset_floats % 16, 0);
}

TEST(Arena, NothingAliveOverlaps) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<PlannedValue> values;
    for (int i = 0; i < 40; ++i) {
      const int first = static_cast<int>(random() % 50);
      values.push_back(value(1 + random() % 300, first, first + static_cast<int>(random() % 10)));
    }
    const int64_t size = place_in_arena(values);
    for (const PlannedValue& a : values) {
      EXPECT_LE(a.offset_floats + a.row_floats, size);
      for (const PlannedValue& b : values) {
        if (&a == &b || a.first_step > b.last_step || b.first_step > a.last_step) continue;
        EXPECT_TRUE(a.offset_floats + a.row_floats <= b.offset_floats ||
                    b.offset_floats + b.row_floats <= a.offset_floats);
      }
    }
  }
}

}  // namespace
}  // namespace hearth::runtime
