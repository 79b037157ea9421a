#include "hearth/shape.hpp"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hearth {
namespace {

const Dimension kAny = Dimension::dynamic();

TEST(Shape, SizeIsCountedOrRefused) {
  EXPECT_EQ(shape_size(Shape{}), 1u);
  EXPECT_EQ(shape_size(Shape{2, 3, 4}), 24u);
  EXPECT_EQ(shape_size(Shape{5, 0}), 0u);
  EXPECT_THROW(shape_size(Shape{size_t{1} << 40, size_t{1} << 40}), Exception);
  EXPECT_THROW(shape_size(Shape{size_t{1} << 63}), Exception);
}

TEST(PartialShape, PrintsAndParses) {
  const struct {
    const char* text;
    PartialShape shape;
  } cases[] = {
      {"", PartialShape{}},
      {"...", PartialShape::dynamic()},
      {"3", {3}},
      {"?,?,128", {kAny, kAny, 128}},
      {"1..,2..8", {Dimension(1, Dimension::kUnbounded), Dimension(2, 8)}},
      {"0,0..1", {0, Dimension(0, 1)}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(PartialShape::parse(c.text), c.shape) << c.text;
    EXPECT_EQ(c.shape.to_string(), c.text);
  }
}

TEST(PartialShape, ReadsOtherSpellings) {
  EXPECT_EQ(PartialShape::parse("[-1, 4]"), PartialShape({kAny, 4}));
  EXPECT_EQ(PartialShape::parse(" [ ] "), PartialShape{});
  EXPECT_EQ(PartialShape::parse("[...]"), PartialShape::dynamic());
  EXPECT_EQ(PartialShape::parse("..7"), PartialShape({Dimension(0, 7)}));
  EXPECT_EQ(PartialShape::parse("3..3").to_string(), "3");
}

TEST(PartialShape, RefusesWhatIsNoShape) {
  for (const char* text : {"a", "1,", ",1", "1,,2", "-2", "5..3", "-1..5", "1..-1", "1 2", "?..",
                           "1..2..3", "9223372036854775808", "1.5", "+1", "[1"})
    EXPECT_THROW(PartialShape::parse(text), Exception) << text;
}

TEST(Dimension, MergeIntersects) {
  Dimension out;
  EXPECT_TRUE(Dimension::merge(out, kAny, 4));
  EXPECT_EQ(out, Dimension(4));
  EXPECT_TRUE(Dimension::merge(out, Dimension(2, 8), Dimension(5, Dimension::kUnbounded)));
  EXPECT_EQ(out, Dimension(5, 8));
  EXPECT_FALSE(Dimension::merge(out, 3, 4));
  EXPECT_FALSE(Dimension::merge(out, Dimension(0, 2), Dimension(3, Dimension::kUnbounded)));
}

TEST(Dimension, ArithmeticSaturates) {
  EXPECT_EQ(Dimension(2, 3) + Dimension(10), Dimension(12, 13));
  EXPECT_EQ(Dimension(2, 3) * Dimension(10), Dimension(20, 30));
  EXPECT_EQ(kAny + Dimension(5), Dimension(5, Dimension::kUnbounded));
  EXPECT_EQ((Dimension(INT64_MAX) + Dimension(1)).min(), INT64_MAX);
  EXPECT_EQ((Dimension(INT64_MAX) * Dimension(2)).min(), INT64_MAX);
}

// Whatever two sizes out of a and b broadcast to must be in the result; and the result is refused
// only when no two sizes broadcast.
TEST(Dimension, BroadcastHoldsEveryCombination) {
  const Dimension all[] = {
      0, 1, 2, 3, kAny, Dimension(1, 3), Dimension(2, 3), Dimension(2, Dimension::kUnbounded)};
  for (const Dimension& a : all) {
    for (const Dimension& b : all) {
      Dimension out;
      const bool possible = Dimension::broadcast(out, a, b);
      bool any = false;
      for (int64_t x = 0; x <= 5; ++x) {
        for (int64_t y = 0; y <= 5; ++y) {
          if (!a.contains(x) || !b.contains(y) || (x != y && x != 1 && y != 1)) continue;
          any = true;
          EXPECT_TRUE(possible && out.contains(x == 1 ? y : x))
              << a.to_string() << " with " << b.to_string() << ": " << x << ", " << y;
        }
      }
      if (!a.is_dynamic() || !b.is_dynamic()) {
        EXPECT_EQ(possible, any) << a.to_string() << " with " << b.to_string();
      }
    }
  }
}

TEST(PartialShape, BroadcastAlignsAtTheEnd) {
  PartialShape out;
  EXPECT_TRUE(PartialShape::broadcast(out, {kAny, 1, 4}, {3, 1}));
  EXPECT_EQ(out, PartialShape({kAny, 3, 4}));
  EXPECT_TRUE(PartialShape::broadcast(out, {}, {2}));
  EXPECT_EQ(out, PartialShape({2}));
  EXPECT_TRUE(PartialShape::broadcast(out, PartialShape::dynamic(), {2}));
  EXPECT_FALSE(out.rank_is_static());
  EXPECT_FALSE(PartialShape::broadcast(out, {2}, {3}));
}

TEST(PartialShape, MergeAndAccepts) {
  PartialShape out;
  EXPECT_TRUE(PartialShape::merge(out, {kAny, 4}, {2, kAny}));
  EXPECT_EQ(out, PartialShape({2, 4}));
  EXPECT_FALSE(PartialShape::merge(out, {kAny}, {2, kAny}));
  EXPECT_TRUE(PartialShape::dynamic().accepts(Shape{1, 2}));
  EXPECT_TRUE(PartialShape({kAny, 2}).accepts(Shape{7, 2}));
  EXPECT_FALSE(PartialShape({kAny, 2}).accepts(Shape{7, 3}));
  EXPECT_FALSE(PartialShape({kAny}).accepts(Shape{}));
}

}  // namespace
}  // namespace hearth
