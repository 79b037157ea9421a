// What a plan says about small graphs made by hand. The comparison with NNCF on whole models is
// tests/differential/test_compress_plan.py.
#include "compress/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compress/awq.h"
#include "compress/float_rows.h"
#include "compress/nncf_order.h"
#include "compress/protected_layers.h"
#include "compress/rewrite.h"
#include "hearth/exception.hpp"
#include "ir/builder.h"
#include "ir/rt_info.h"

namespace hearth::compress {
namespace {

using ir::Op;
using ir::Value;
using kernels::QuantizeFormat;
using testing::ElementsAre;
using testing::HasSubstr;

/// Look-up, products of the given widths one after another, and a head.
class Chain {
 public:
  explicit Chain(const std::vector<size_t>& widths, const std::string& tensor = "layer") {
    ir::Builder b(graph);
    const Value ids = graph.add_parameter("ids", ElementType::i64, {-1, -1});
    Value x = b.gather(weight({11, widths[0]}, "embedding"), ids, 0, "look-up");
    for (size_t i = 0; i + 1 < widths.size(); ++i) {
      const std::string name = tensor + std::to_string(i);
      x = b.matmul(x, weight({widths[i + 1], widths[i]}, name), true,
                   "product" + std::to_string(i));
    }
    x = b.matmul(x, weight({11, widths.back()}, "head"), true, "head product");
    graph.add_result(x, "logits");
  }

  Value weight(const Shape& shape, const std::string& name) {
    std::vector<float> values(shape_size(shape));
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7) - 2.5f;
    return ir::Builder(graph).floats(values, shape, name);
  }

  ir::Graph graph;
};

CompressOptions in_format(const std::string& format, int64_t group = kWholeRow) {
  CompressOptions out;
  out.format = format;
  out.group_size = group;
  return out;
}

double no_error(const PlannedWeight&) { return 0; }

std::vector<std::string> formats(const Plan& plan) {
  std::vector<std::string> out;
  for (const PlannedWeight& weight : plan.weights)
    out.push_back(weight.tensor + " " +
                  (weight.format ? std::string(kernels::traits(*weight.format).name) : "float"));
  return out;
}

std::string refusal(const ir::Graph& graph, const CompressOptions& options) {
  try {
    make_plan(graph, options, no_error);
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return "";
}

TEST(CompressPlan, EmbeddingAndHeadGetTheBackup) {
  const Chain chain({8, 16, 8});
  EXPECT_THAT(
      formats(make_plan(chain.graph, in_format("int4_sym"), no_error)),
      ElementsAre("embedding int8_asym", "layer0 int4_sym", "layer1 int4_sym", "head int8_asym"));
}

TEST(CompressPlan, ASharedTableIsNotTheLastProduct) {
  ir::Graph graph;
  ir::Builder b(graph);
  const Value table = b.floats(std::vector<float>(11 * 8, 0.5f), {11, 8}, "table");
  const Value ids = graph.add_parameter("ids", ElementType::i64, {-1, -1});
  const Value inner = b.floats(std::vector<float>(8 * 8, 0.5f), {8, 8}, "inner");
  const Value x = b.matmul(b.gather(table, ids, 0), inner, true);
  graph.add_result(b.matmul(x, table, true), "logits");
  EXPECT_THAT(formats(make_plan(graph, in_format("int4_sym"), no_error)),
              ElementsAre("table int8_asym", "inner int4_sym"));
}

TEST(CompressPlan, TheRatioStopsBeforeItIsReached) {
  const Chain chain({8, 8, 8, 8, 8});
  CompressOptions options = in_format("int4_sym");
  options.ratio = 0.5;  // of four layers alike: the second one would reach it
  const auto error = [](const PlannedWeight& weight) {
    return weight.tensor == "layer2" ? 2.0 : 1.0;
  };
  EXPECT_THAT(formats(make_plan(chain.graph, options, error)),
              ElementsAre("embedding int8_asym", "layer0 int8_asym", "layer1 int8_asym",
                          "layer2 int4_sym", "layer3 int8_asym", "head int8_asym"));
}

TEST(CompressPlan, UntransposedWeightsHaveTheirColumnsFirst) {
  ir::Graph graph;
  ir::Builder b(graph);
  const Value x = graph.add_parameter("x", ElementType::f32, {-1, 6});
  const Value weight = b.floats(std::vector<float>(6 * 4, 1.0f), {6, 4}, "weight");
  graph.add_result(b.matmul(x, weight, false), "y");
  const PlannedWeight planned = make_plan(graph, in_format("int8_sym"), no_error).weights.at(0);
  EXPECT_EQ(planned.rows, 4);
  EXPECT_EQ(planned.cols, 6);
  EXPECT_EQ(planned.element(3, 5), 5 * 4 + 3);
}

TEST(CompressPlan, ProtectedLayersStayIn8Bits) {
  const Chain chain({8, 8, 8}, "model.layers.0.mlp.gate.weight");
  const Plan plan = make_plan(chain.graph, in_format("nf4"), no_error);
  EXPECT_EQ(plan.weights[1].format, QuantizeFormat::int8_asym);
  EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("a router of experts")));
  const Plan wide = make_plan(chain.graph, in_format("fp8_e4m3"), no_error);
  EXPECT_TRUE(wide.weights[1].is_ratio_defining);
}

TEST(CompressPlan, ProtectsByWholePartsOfNames) {
  EXPECT_EQ(why_protected("self.model.layers.3.mlp.gate.weight"), "a router of experts");
  EXPECT_EQ(why_protected("blk.0.ffn_gate_inp_shexp.weight"), "a router of experts");
  EXPECT_EQ(why_protected("model/layers/0/linear_attn/in_proj_ba/weight"),
            "a gate of linear attention");
  EXPECT_EQ(why_protected("model.visual.blocks.0.attn.qkv.weight"), "part of a vision tower");
  EXPECT_EQ(why_protected("model.layers.0.post_attention_layernorm.weight"), "a normalisation");
  EXPECT_EQ(why_protected("model.layers.0.mlp.gate_proj.weight"), "");
  EXPECT_EQ(why_protected(""), "");
}

TEST(CompressPlan, NamesTheLayersThatGroupsDoNotDivide) {
  const Chain chain({40, 64, 48});
  const std::string sentence = refusal(chain.graph, in_format("int4_asym", 32));
  EXPECT_THAT(sentence, HasSubstr("product0 (40 columns, groups of 32)"));
  EXPECT_THAT(sentence, testing::Not(HasSubstr("product1")));
}

TEST(CompressPlan, GroupsOfTheBackupAreAdjustedToo) {
  const Chain chain({96, 128, 40});
  CompressOptions options = in_format("fp4", 64);
  options.group_size_fallback = GroupSizeFallback::adjust;
  const Plan plan = make_plan(chain.graph, options, no_error);
  EXPECT_THAT(formats(plan),
              ElementsAre("embedding fp8_e4m3", "layer0 fp4", "layer1 fp4", "head float"));
  EXPECT_EQ(plan.weights[0].group, 32);
  EXPECT_EQ(plan.weights[1].group, 32);
  EXPECT_EQ(plan.weights[2].group, 64);
}

TEST(CompressPlan, RefusesModelsWithNothingToCompress) {
  ir::Graph graph;
  graph.add_result(graph.add_parameter("x", ElementType::f32, {2}), "y");
  EXPECT_THAT(refusal(graph, in_format("int8_asym")), HasSubstr("nothing to compress"));
  ir::Graph done = Chain({8, 8}).graph;
  ir::set_rt_value(done.rt_info, {"nncf", "weight_compression", "mode"}, "int4_sym");
  EXPECT_THAT(refusal(done, in_format("int8_asym")), HasSubstr("compressed already"));
}

// NNCF's second node of a name gets a 0.
TEST(CompressPlan, NamesAreMadeUnique) {
  ir::Graph graph;
  ir::Builder b(graph);
  const Value x = graph.add_parameter("x", ElementType::f32, {2});
  graph.add_result(b.unary(Op::Abs, b.unary(Op::Abs, x, "same"), "same"), "y");
  const NncfOrder order = nncf_order(graph);
  std::vector<std::string> names;
  for (const ir::NodeId id : order.nodes) names.push_back(order.names[static_cast<size_t>(id)]);
  EXPECT_THAT(names, ElementsAre("x", "same0", "same", "Result_y"));
}

/// x -> up -> Multiply by swish(gate) -> down, each [4, 4].
struct Gated {
  ir::Graph graph;
  Value up, down;
  Gated() {
    ir::Builder b(graph);
    const Value x = graph.add_parameter("x", ElementType::f32, {-1, 4});
    std::vector<float> values(16);
    for (size_t i = 0; i < 16; ++i) values[i] = static_cast<float>(i % 4 + 1);
    const Value gate = b.matmul(x, b.floats(values, {4, 4}, "gate"), true);
    up = b.matmul(x, b.floats(values, {4, 4}, "up"), true);
    const Value product = b.binary(Op::Multiply, graph.add(Op::Swish, {gate}), up);
    down = b.matmul(product, b.floats(values, {4, 4}, "down"), true);
    graph.add_result(b.matmul(down, b.floats(values, {4, 4}, "head"), true), "y");
  }
};

TEST(CompressAwq, TheRowsBeforeTakeTheInverse) {
  const Gated gated;
  CompressOptions options = in_format("int4_sym");
  options.awq = true;
  const Plan plan = make_plan(gated.graph, options, no_error);
  for (const PlannedWeight& weight : plan.weights) {
    const std::vector<float> none;
    EXPECT_EQ(weight.column_factors,
              weight.tensor == "down" ? std::vector<float>({1, 0.5f, 1 / 3.0f, 0.25f}) : none);
    EXPECT_EQ(weight.row_factors, weight.tensor == "up" ? std::vector<float>({1, 2, 3, 4}) : none);
  }
  EXPECT_TRUE(plan.inserted.empty());
}

TEST(CompressAwq, LeavesOutWhatOthersRead) {
  Gated gated;
  gated.graph.add_result(gated.up, "also read");
  CompressOptions options = in_format("int4_sym");
  options.awq = true;
  // The activation of the gate is all that can take the inverse.
  const Plan plan = make_plan(gated.graph, options, no_error);
  ASSERT_EQ(plan.inserted.size(), 1u);
  EXPECT_EQ(gated.graph.node(plan.inserted[0].after).op, Op::Swish);
  EXPECT_THAT(plan.inserted[0].shape, ElementsAre(1, 4));
}

TEST(CompressAwq, AnIgnoredWeightIsScaledAsFloats) {
  Gated gated;
  CompressOptions options = in_format("int4_sym");
  options.awq = true;
  options.ignored_scope = IgnoredScope{{"up"}, {}, {}, true};
  const Plan plan = make_plan(gated.graph, options, no_error);
  for (const PlannedWeight& weight : plan.weights) {
    if (weight.tensor != "up") continue;
    const Bytes scaled = scaled_bytes(gated.graph, weight);
    const auto* values = reinterpret_cast<const float*>(scaled.data());
    EXPECT_THAT(std::vector<float>(values + 4, values + 8), ElementsAre(2, 4, 6, 8));
  }
}

TEST(CompressAwq, ProductsAreRoundedToTheTypeOfTheWeight) {
  PlannedWeight weight;
  weight.type = ElementType::bf16;
  weight.rows = 2;
  weight.cols = 2;
  weight.column_factors = {1.0f, 1.0f / 3};
  weight.row_factors = {1, 3};
  const std::vector<std::byte> ones = {std::byte{0x80}, std::byte{0x3f}, std::byte{0x80},
                                       std::byte{0x3f}, std::byte{0x80}, std::byte{0x3f},
                                       std::byte{0x80}, std::byte{0x3f}};
  std::vector<float> row(2);  // the second
  FloatRows(weight, Bytes::copy_of(ones)).read(1, 1, row.data());
  EXPECT_THAT(row, ElementsAre(3, 1));  // 3 * (1 / 3), both exact in bf16 after rounding
}

}  // namespace
}  // namespace hearth::compress
