#include <gtest/gtest.h>

#include <limits>

#include "ir/builder.h"
#include "ir/schema.h"

namespace hearth::ir {
namespace {

constexpr int64_t kOpen = std::numeric_limits<int64_t>::max();

/// "3 0..8 ?": exact values, intervals, nothing known.
std::string text(const std::optional<std::vector<ValueRange>>& known) {
  if (!known) return "unknown";
  std::string out;
  for (const ValueRange& r : *known) {
    if (!out.empty()) out += ' ';
    const bool low = r.min != std::numeric_limits<int64_t>::min(), high = r.max != kOpen;
    out += r.exact() ? std::to_string(r.min)
           : low || high
               ? (low ? std::to_string(r.min) : "") + ".." + (high ? std::to_string(r.max) : "")
               : "?";
  }
  return out;
}

class KnownValues : public testing::Test {
 protected:
  std::string known(Value v) { return text(known_values(graph, v)); }
  Value tensor(PartialShape shape, ElementType type = ElementType::f32) {
    return graph.add_parameter("x" + std::to_string(graph.id_limit()), type, std::move(shape));
  }
  Value sizes(PartialShape shape) { return b.shape_of(tensor(std::move(shape))); }

  Graph graph;
  Builder b{graph};
};

TEST_F(KnownValues, ConstantsOfAnyIntegerType) {
  EXPECT_EQ(known(b.ints({4, -1, 0})), "4 -1 0");
  EXPECT_EQ(known(b.scalar_i32(-7)), "-7");
  const uint8_t packed[] = {0x2f};
  EXPECT_EQ(known(graph.add_constant(ElementType::i4, {2},
                                     Bytes::copy_of(std::as_bytes(std::span(packed))))),
            "-1 2");
  EXPECT_EQ(known(b.floats({1, 2}, {2})), "unknown");
  EXPECT_EQ(known(b.ints(std::vector<int64_t>(65, 1))), "unknown");
}

TEST_F(KnownValues, SizesAreIntervals) {
  EXPECT_EQ(known(sizes({2, Dimension(3, 8), -1, Dimension(1, -1)})), "2 3..8 0.. 1..");
  EXPECT_EQ(known(sizes(PartialShape::dynamic())), "unknown");
}

TEST_F(KnownValues, OpsThatMoveElements) {
  const Value s = sizes({2, -1, 5});
  EXPECT_EQ(known(b.dimension(s, -1)), "5");
  EXPECT_EQ(known(b.gather(s, b.scalar_int(0), 0)), "2");
  EXPECT_EQ(known(b.gather(s, b.ints({9}), 0)), "?");
  EXPECT_EQ(known(b.concat({s, b.ints({7})}, 0)), "2 0.. 5 7");
  EXPECT_EQ(known(b.slice(s, 1, kOpen, 0)), "0.. 5");
  EXPECT_EQ(known(b.unsqueeze(b.gather(s, b.scalar_int(2), 0), {0})), "5");
  EXPECT_EQ(known(b.squeeze(b.dimension(s, 0), {0})), "2");
  EXPECT_EQ(known(b.reshape(b.scalar_int(3), std::vector<int64_t>{-1}, false)), "3");
  EXPECT_EQ(known(b.convert(s, ElementType::i32)), "2 0.. 5");
  const Value parts = graph.add(Op::Split, {s, b.scalar_int(0)}, {{"num_splits", int64_t{3}}});
  EXPECT_EQ(known({parts.node, 2}), "5");
  const Value cut = graph.add(Op::VariadicSplit, {s, b.scalar_int(0), b.ints({1, -1})});
  EXPECT_EQ(known({cut.node, 1}), "0.. 5");
  const Value spread = graph.add(Op::Broadcast, {b.scalar_int(1), b.ints({3})});
  EXPECT_EQ(known(spread), "1 1 1");
}

TEST_F(KnownValues, StridedSlices) {
  const Value s = sizes({2, 3, 4, 5});
  const auto slice = [&](int64_t from, int64_t to, Attributes extra) {
    extra.set("begin_mask", std::vector<int64_t>{0});
    extra.set("end_mask", std::vector<int64_t>{0});
    return graph.add(Op::StridedSlice, {s, b.ints({from}), b.ints({to}), b.ints({1})}, extra);
  };
  EXPECT_EQ(known(slice(1, 3, {})), "3 4");
  EXPECT_EQ(known(slice(-1, 0, {{"shrink_axis_mask", std::vector<int64_t>{1}}})), "5");
}

TEST_F(KnownValues, Arithmetic) {
  const Value s = sizes({Dimension(2, 8), -1});
  EXPECT_EQ(known(b.binary(Op::Add, s, b.scalar_int(1))), "3..9 1..");
  EXPECT_EQ(known(b.binary(Op::Subtract, b.scalar_int(10), s)), "2..8 ..10");
  EXPECT_EQ(known(b.binary(Op::Multiply, s, b.scalar_int(-3))), "-24..-6 ..0");
  EXPECT_EQ(known(b.binary(Op::Divide, s, b.scalar_int(2))), "1..4 0..");
  EXPECT_EQ(known(b.binary(Op::Divide, b.scalar_int(-7), b.scalar_int(2))), "-4");
  EXPECT_EQ(known(b.binary(Op::Divide, s, b.scalar_int(0))), "? ?");
  EXPECT_EQ(known(b.binary(Op::Mod, s, b.scalar_int(4))), "0..3 0..3");
  EXPECT_EQ(known(b.binary(Op::FloorMod, b.scalar_int(-7), b.scalar_int(4))), "1");
  EXPECT_EQ(known(b.binary(Op::Minimum, s, b.scalar_int(5))), "2..5 0..5");
  EXPECT_EQ(known(b.binary(Op::Maximum, s, b.scalar_int(5))), "5..8 5..");
  EXPECT_EQ(known(graph.add(Op::ReduceProd, {s, b.scalar_int(0)})), "0..");
  EXPECT_EQ(known(graph.add(Op::ReduceProd, {sizes({2, 3, Dimension(1, 4)}), b.ints({-1})})),
            "6..24");
}

TEST_F(KnownValues, ResultsThatOverflowAreNotKnown) {
  const Value big = b.scalar_i32(std::numeric_limits<int32_t>::max());
  EXPECT_EQ(known(b.binary(Op::Add, big, b.scalar_i32(1))), "?");
  EXPECT_EQ(known(b.convert(b.scalar_int(kOpen), ElementType::i32)), "?");
  EXPECT_EQ(known(b.binary(Op::Divide, b.scalar_int(INT64_MIN), b.scalar_int(-1))), "?");
}

TEST_F(KnownValues, ConditionsChoose) {
  const Value s = sizes({4, -1});
  const Value is_four = b.binary(Op::Equal, s, b.scalar_int(4));
  EXPECT_EQ(known(is_four), "1 0..1");
  EXPECT_EQ(known(graph.add(Op::Select, {is_four, b.ints({1, 1}), b.ints({9, 9})})), "1 1..9");
  EXPECT_EQ(known(b.binary(Op::Less, s, b.scalar_int(0))), "0 0");
  EXPECT_EQ(known(b.binary(Op::GreaterEqual, b.scalar_int(5), b.scalar_int(5))), "1");
}

TEST_F(KnownValues, OfOtherValuesOnlyTheNumberOfElements) {
  EXPECT_EQ(known(tensor({3}, ElementType::i64)), "? ? ?");
  EXPECT_EQ(known(tensor({-1}, ElementType::i64)), "unknown");
  EXPECT_EQ(known(tensor({2, 2}, ElementType::i64)), "unknown");
  EXPECT_EQ(known(tensor({2}, ElementType::boolean)), "0..1 0..1");
}

// Every step doubles the number of paths; without memory of what was seen this would never end.
TEST_F(KnownValues, DiamondsAreWalkedOnce) {
  Value v = b.scalar_int(0);
  for (int i = 0; i < 60; ++i) v = b.binary(Op::Add, v, v);
  EXPECT_EQ(known(v), "0");
}

TEST_F(KnownValues, TheWalkIsBounded) {
  Value v = b.scalar_int(0);
  for (int i = 0; i < 20000; ++i) v = b.binary(Op::Add, v, b.scalar_int(1));
  EXPECT_EQ(known(v), "?");
  std::vector<Value> wide(20000, b.ints({}));
  for (size_t i = 0; i < wide.size(); ++i) wide[i] = b.slice(b.ints({1}), 0, 0, 0);
  EXPECT_EQ(known(b.concat(wide, 0)), "");  // no elements: the shape alone tells
}

}  // namespace
}  // namespace hearth::ir
