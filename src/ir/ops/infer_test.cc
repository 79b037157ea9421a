// Shapes inferred where inputs are only partly known, and what is refused. Results for known inputs
// are checked against OpenVINO in ref/op_golden_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "ir/builder.h"
#include "ir/schema.h"

namespace hearth::ir {
namespace {

class Infer : public testing::Test {
 protected:
  Value tensor(const std::string& shape, ElementType type = ElementType::f32) {
    return graph.add_parameter("x", type, PartialShape::parse(shape));
  }
  std::string shape(Value v) { return graph.info(v).shape.to_string(); }
  std::string add(Op op, std::vector<Value> inputs, Attributes attrs = {}) {
    return shape(graph.add(op, std::move(inputs), std::move(attrs), "layer"));
  }
  std::string error(Op op, std::vector<Value> inputs, Attributes attrs = {}) {
    try {
      add(op, std::move(inputs), std::move(attrs));
    } catch (const Exception& e) {
      return e.what();
    }
    return "nothing was refused";
  }

  Graph graph;
  Builder b{graph};
};

TEST_F(Infer, BroadcastKeepsWhatIsKnown) {
  EXPECT_EQ(add(Op::Add, {tensor("?,1,4"), tensor("3,?")}), "?,3,4");
  EXPECT_EQ(add(Op::Add, {tensor("..."), tensor("3")}), "...");
  EXPECT_EQ(add(Op::Select, {tensor("?,1", ElementType::boolean), tensor("5"), tensor("")}), "?,5");
  EXPECT_EQ(add(Op::Add, {tensor("?,3"), tensor("2,?")}, {{"auto_broadcast", "none"}}), "2,3");
}

TEST_F(Infer, ReshapeOfUnknownSizes) {
  const auto reshape = [&](const std::string& in, std::vector<int64_t> pattern, bool zero = true) {
    return shape(b.reshape(tensor(in), pattern, zero));
  };
  EXPECT_EQ(reshape("?,?,64", {0, -1, 4, 16}), "?,?,4,16");
  EXPECT_EQ(reshape("?,?,64", {0, 0, -1, 16}), "?,?,4,16");
  EXPECT_EQ(reshape("?,?,64", {0, 0, -1, 16}, false), "0,0,1,16");
  EXPECT_EQ(reshape("2..8,6", {-1, 4}), "3..12,4");
  EXPECT_EQ(reshape("...", {0, -1, 8}), "?,?,8");
  const Value copied = b.concat({b.dimension(b.shape_of(tensor("?,7,6")), 0), b.ints({-1})}, 0);
  EXPECT_EQ(shape(b.reshape(tensor("?,7,6"), copied, false)), "?,?");
  EXPECT_EQ(
      add(Op::Reshape, {tensor("2,3"), tensor("2", ElementType::i64)}, {{"special_zero", false}}),
      "?,?");
}

TEST_F(Infer, ShapesComputedFromShapes) {
  const Value x = tensor("?,5,64");
  const Value batch = b.dimension(b.shape_of(x), 0), tokens = b.dimension(b.shape_of(x), 1);
  const Value target = b.concat({batch, b.ints({1}), tokens}, 0);
  EXPECT_EQ(add(Op::Broadcast, {b.scalar_float(0), target}), "?,1,5");
  EXPECT_EQ(add(Op::Tile, {tensor("2,3"), b.concat({b.ints({2}), batch}, 0)}), "4,?");
  const Value count = b.squeeze(tokens, {0});
  EXPECT_EQ(add(Op::Range, {b.scalar_int(0), count, b.scalar_int(1)},
                {{"output_type", ElementType::i64}}),
            "5");
  EXPECT_EQ(add(Op::Range, {b.scalar_int(0), b.squeeze(batch, {0}), b.scalar_int(2)},
                {{"output_type", ElementType::f32}}),
            "?");
  EXPECT_EQ(add(Op::TopK, {tensor("?,9"), count},
                {{"axis", int64_t{1}}, {"mode", "max"}, {"sort", "value"}}),
            "?,5");
}

TEST_F(Infer, SlicesOfUnknownSizes) {
  const auto slice = [&](const std::string& in, int64_t start, int64_t stop) {
    return shape(b.slice(tensor(in), start, stop, -1));
  };
  EXPECT_EQ(slice("2,?", 1, INT64_MAX), "2,?");
  EXPECT_EQ(slice("2,?", 0, 4), "2,0..4");
  EXPECT_EQ(slice("2,8", -3, INT64_MAX), "2,3");
  const Value unknown = tensor("1", ElementType::i64);
  EXPECT_EQ(add(Op::Slice, {tensor("4,8"), b.ints({0}), unknown, b.ints({1}), b.ints({1})}),
            "4,0..8");
  EXPECT_EQ(add(Op::Slice, {tensor("4,8"), b.ints({0}), b.ints({3}), b.ints({1}), unknown}), "?,?");
}

TEST_F(Infer, JoiningAndCutting) {
  EXPECT_EQ(shape(b.concat({tensor("?,2,?"), tensor("3,4,?")}, 1)), "3,6,?");
  EXPECT_EQ(shape(b.concat({tensor("..."), tensor("3,4")}, -1)), "3,4..");
  EXPECT_EQ(add(Op::Split, {tensor("?,7.."), b.scalar_int(1)}, {{"num_splits", int64_t{2}}}),
            "?,4..");
  const Value cut = graph.add(Op::VariadicSplit, {tensor("?,?"), b.scalar_int(1), b.ints({3, -1})});
  EXPECT_EQ(shape(cut), "?,3");
  EXPECT_EQ(shape({cut.node, 1}), "?,?");
  EXPECT_EQ(add(Op::Pad, {tensor("?,4"), b.ints({1, 0}), b.ints({0, 2})}, {{"pad_mode", "edge"}}),
            "1..,6");
}

TEST_F(Infer, IndexingOps) {
  EXPECT_EQ(shape(b.gather(tensor("?,7"), tensor("2,?", ElementType::i64), 0)), "2,?,7");
  EXPECT_EQ(
      add(Op::Gather, {tensor("?,7"), tensor("2", ElementType::i64), tensor("", ElementType::i64)}),
      "?,?");
  EXPECT_EQ(add(Op::NonZero, {tensor("4,?")}), "2,?");
  EXPECT_EQ(add(Op::NonZero, {tensor("4,5", ElementType::boolean)}), "2,0..20");
}

TEST_F(Infer, AxesThatAreNotKnown) {
  const Value axes = tensor("?", ElementType::i64);
  EXPECT_EQ(add(Op::ReduceSum, {tensor("2,3"), axes}, {{"keep_dims", true}}), "?,?");
  EXPECT_EQ(add(Op::ReduceSum, {tensor("2,3"), axes}, {{"keep_dims", false}}), "...");
  EXPECT_EQ(add(Op::Transpose, {tensor("2,3"), axes}), "?,?");
  EXPECT_EQ(add(Op::Squeeze, {tensor("?,3")}), "...");
  EXPECT_EQ(add(Op::Squeeze, {tensor("?,3"), b.ints({0})}), "3");
}

TEST_F(Infer, Attention) {
  const auto attention = [&](std::vector<Value> inputs) {
    return add(Op::ScaledDotProductAttention, std::move(inputs), {{"causal", false}});
  };
  EXPECT_EQ(attention({tensor("?,4,?,16"), tensor("?,4,?,16"), tensor("?,4,?,8")}), "?,4,?,8");
  EXPECT_EQ(
      attention({tensor("1,4,?,16"), tensor("1,4,?,16"), tensor("1,4,?,8"), tensor("3,1,?,?")}),
      "3,4,?,8");
  EXPECT_EQ(attention({tensor("..."), tensor("1,4,?,16"), tensor("1,4,?,8")}), "...");
}

TEST_F(Infer, MessagesNameTheLayer) {
  EXPECT_EQ(error(Op::Add, {tensor("2,3"), tensor("4")}),
            "Add `layer`: shapes [2,3] and [4] cannot be broadcast");
  EXPECT_EQ(error(Op::Gather, {tensor("3"), tensor("2"), b.scalar_int(0)}),
            "Gather `layer`: input 1 should be of an integer type, but is f32");
  EXPECT_EQ(error(Op::Add, {tensor("2")}), "Add `layer`: has 1 inputs, but takes 2");
  EXPECT_EQ(error(Op::Add, {tensor("2"), tensor("2")}, {{"auto_broadcast", "pdpd"}}),
            "Add `layer`: attribute `auto_broadcast` is `pdpd`; known are numpy, none");
  EXPECT_EQ(error(Op::Split, {tensor("4"), b.scalar_int(0)}, {{"num_splits", int64_t{1} << 40}}),
            "Split `layer`: num_splits is 1099511627776, but should be from 1 to 65536");
  EXPECT_EQ(
      error(Op::Broadcast, {tensor("2"), b.ints(std::vector<int64_t>(100, 1))}),
      "Broadcast `layer`: input 1 should be a list of at most 64 integers, but has shape [100]");
}

TEST(Schemas, EveryOpHasOne) {
  for (size_t k = 0; k < std::size({
#define HEARTH_OP(name) #name,
#include "ir/ops.inc"
#undef HEARTH_OP
                         });
       ++k) {
    const OpSchema& s = schema(static_cast<Op>(k));
    EXPECT_FALSE(s.type.empty());
    EXPECT_NE(s.infer, nullptr) << s.type;
    EXPECT_LE(s.min_inputs, s.max_inputs) << s.type;
    if (!s.internal()) {
      EXPECT_EQ(find_op(s.type, s.version), static_cast<Op>(k)) << s.type;
    }
  }
}

}  // namespace
}  // namespace hearth::ir
