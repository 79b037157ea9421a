// Every family and option against transformers' f32 logits, on the interpreter: as the frontend
// builds the graph, and after all passes. What is wrong here is wrong in a frontend, a reference op
// or a pass.
#include <gtest/gtest.h>

#include "frontends/frontend.h"
#include "ir/verify.h"
#include "models/tiny_models.h"
#include "passes/pass.h"
#include "ref/interpreter.h"
#include "support/temp_folder.h"

namespace hearth {
namespace {

using test_support::kLogitsTolerance;
using test_support::TinyGolden;

std::vector<Tensor> inputs_of(const TinyGolden& golden) {
  return {test_support::int_rows(golden.input_ids), test_support::int_rows(golden.attention_mask),
          test_support::int_rows(golden.position_ids),
          test_support::identity_beams(golden.input_ids.size())};
}

class ReferenceLogits : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    test_support::write_tiny_checkpoint(GetParam(), folder_.path());
    source_ = frontends::open_model_source(folder_.path());
    golden_ = test_support::read_tiny_golden(GetParam());
    graph_ = frontends::build_graph(source_, {});
  }
  test_support::TempFolder folder_;
  frontends::ModelSource source_;
  TinyGolden golden_;
  ir::Graph graph_;
};

TEST_P(ReferenceLogits, AsBuilt) {
  ir::verify(graph_);
  ref::Interpreter interpreter(graph_);
  EXPECT_LT(logits_error(interpreter.run(inputs_of(golden_))[0], golden_), kLogitsTolerance);
}

TEST_P(ReferenceLogits, AfterPasses) {
  passes::run_passes(graph_, {.disabled = {}, .verify = true, .dump_folder = ""});
  ref::Interpreter interpreter(graph_);
  EXPECT_LT(logits_error(interpreter.run(inputs_of(golden_))[0], golden_), kLogitsTolerance);
  size_t attention = 0, rest = 0;
  for (ir::NodeId id = 0; id < graph_.id_limit(); ++id) {
    if (graph_.node(id).removed) continue;
    if (graph_.node(id).op == ir::Op::CachedAttention) ++attention;
    if (graph_.node(id).op == ir::Op::ScaledDotProductAttention ||
        graph_.node(id).op == ir::Op::ReadValue)
      ++rest;
  }
  EXPECT_EQ(attention, source_.config["num_hidden_layers"].get<size_t>());
  EXPECT_EQ(rest, 0u) << "attention that no pass recognised";
}

INSTANTIATE_TEST_SUITE_P(Tiny, ReferenceLogits, testing::ValuesIn(test_support::tiny_cases()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace hearth
