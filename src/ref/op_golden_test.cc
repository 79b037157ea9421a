// Every case of tests/golden/ops (format: tools/make_op_goldens.py): the result must be OpenVINO's,
// and the shape inferred for static, for dynamic and for unknown inputs must accept it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ref/op_case.h"

namespace hearth::ref {
namespace {

double largest(const Tensor& t) {
  double out = 0;
  for (double v : load<double>(t))
    if (std::isfinite(v)) out = std::max(out, std::abs(v));
  return out;
}

/// What the rounding errors of an op are relative to, beside its result: sums cancel, and so do
/// 1 + erf(x) and the like.
double cancelled(const OpCase& c) {
  using ir::Op;
  const Op op = c.node.op;
  if (op == Op::Gelu || op == Op::Sin || op == Op::Cos || op == Op::FloorMod || op == Op::Mod)
    return largest(c.inputs[0].tensor);
  if (op == Op::SoftPlus) return 1;
  const bool sums = op == Op::ReduceMean || op == Op::ReduceSum || op == Op::ReduceL1 ||
                    op == Op::ReduceL2 || op == Op::MatMul || op == Op::CumSum || op == Op::MVN ||
                    op == Op::LogSoftmax || op == Op::SoftMax ||
                    op == Op::ScaledDotProductAttention;
  if (!sums) return 0;
  double product = 1;
  size_t terms = 1;
  for (const Input& input : c.inputs) {
    if (input.constant || input.tensor.get_size() == 0) continue;
    product *= std::max(largest(input.tensor), 1.0);
    terms = std::max(terms, input.tensor.get_size());
  }
  return product * static_cast<double>(terms);
}

double epsilon(ElementType type) {
  return type == ElementType::f64   ? 0x1p-52
         : type == ElementType::f32 ? 0x1p-23
         : type == ElementType::f16 ? 0x1p-10
                                    : 0x1p-7;  // bf16
}

// OpenVINO computes in the tensor's type where we compute in double and round once: a formula of a
// few steps may end a few last places apart.
constexpr double kLastPlaces = 4;

void expect_equal(const Tensor& got, const Tensor& want, double scale) {
  const ElementType type = want.get_element_type();
  ASSERT_EQ(to_string(got.get_element_type()), to_string(type));
  ASSERT_EQ(got.get_shape(), want.get_shape());
  if (!is_float(type)) {
    EXPECT_EQ(load<int64_t>(got), load<int64_t>(want));
    return;
  }
  const std::vector<double> a = load<double>(got), b = load<double>(want);
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    if (a[i] == b[i]) continue;
    const double tolerance = kLastPlaces * epsilon(type) * std::max(std::abs(b[i]), scale);
    EXPECT_LE(std::abs(a[i] - b[i]), tolerance)
        << "element " << i << ": " << a[i] << " != " << b[i];
  }
}

class OpGolden : public testing::TestWithParam<const char*> {};

TEST_P(OpGolden, GivesTheResultOfOpenVino) {
  size_t count = 0;
  for (const OpCase& c : read_cases(GetParam())) {
    SCOPED_TRACE(c.where + ": " + std::string(ir::to_string(c.node.op)));
    ++count;
    if (c.error) continue;
    ir::Graph graph;
    const std::vector<Tensor> outputs = run(build(graph, c, Knowledge::as_written), c);
    ASSERT_EQ(outputs.size(), c.outputs.size());
    for (size_t k = 0; k < outputs.size(); ++k)
      expect_equal(outputs[k], c.outputs[k], cancelled(c));
  }
  EXPECT_GT(count, 10u);
}

TEST_P(OpGolden, RefusesWhatOpenVinoRefuses) {
  for (const OpCase& c : read_cases(GetParam())) {
    if (!c.error) continue;
    SCOPED_TRACE(c.where);
    for (Knowledge knowledge : {Knowledge::as_written, Knowledge::nothing}) {
      ir::Graph graph;
      try {
        run(build(graph, c, knowledge), c);
        ADD_FAILURE() << "was computed";
      } catch (const Exception& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(std::string(ir::to_string(c.node.op))));
        EXPECT_THAT(error.what(), testing::HasSubstr("`probe`"));
      }
    }
  }
}

TEST_P(OpGolden, InferredShapesAcceptTheResult) {
  for (const OpCase& c : read_cases(GetParam())) {
    if (c.error) continue;
    SCOPED_TRACE(c.where + ": " + std::string(ir::to_string(c.node.op)));
    for (Knowledge knowledge :
         {Knowledge::as_written, Knowledge::sizes_unknown, Knowledge::ranks_unknown,
          Knowledge::values_unknown, Knowledge::nothing}) {
      ir::Graph graph;
      const ir::Node& node = build(graph, c, knowledge);
      for (size_t k = 0; k < node.outputs.size(); ++k) {
        EXPECT_EQ(node.outputs[k].type, c.outputs[k].get_element_type());
        EXPECT_TRUE(node.outputs[k].shape.accepts(c.outputs[k].get_shape()))
            << "knowledge " << static_cast<int>(knowledge) << ": inferred ["
            << node.outputs[k].shape.to_string() << "], computed "
            << c.outputs[k].get_shape().to_string();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, OpGolden, testing::ValuesIn(kOpCaseFiles),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace hearth::ref
