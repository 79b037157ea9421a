// The CPU runtime against transformers' f32 logits: whole padded batches, token by token, cut
// prompts in shared passes, and after a trip through an IR on disk.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/staged_output.h"
#include "frontends/frontend.h"
#include "hearth/core.hpp"
#include "ir/xml_writer.h"
#include "models/tiny_models.h"
#include "runtime/model_impl.h"
#include "runtime/paged_model.h"
#include "support/temp_folder.h"

namespace hearth {
namespace {

using test_support::kLogitsTolerance;
using test_support::TinyGolden;

const AnyMap kExact = {{"INFERENCE_PRECISION_HINT", "f32"}, {"KV_CACHE_PRECISION", "f32"}};

class RuntimeLogits : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    test_support::write_tiny_checkpoint(GetParam(), folder_.path());
    source_ = frontends::open_model_source(folder_.path());
    golden_ = test_support::read_tiny_golden(GetParam());
  }
  CompiledModel compile(const AnyMap& properties) const {
    return Core().compile_model(runtime::make_model(frontends::build_graph(source_, {})), "CPU",
                                properties);
  }
  // Columns [begin, end) of the golden's batch as the next tokens of the request.
  Tensor step(InferRequest& request, size_t begin, size_t end) const {
    const auto rows = test_support::int_rows;
    request.set_tensor("input_ids", test_support::columns(rows(golden_.input_ids), begin, end));
    request.set_tensor("attention_mask",
                       test_support::columns(rows(golden_.attention_mask), 0, end));
    request.set_tensor("position_ids",
                       test_support::columns(rows(golden_.position_ids), begin, end));
    request.set_tensor("beam_idx", test_support::identity_beams(golden_.input_ids.size()));
    request.infer();
    return request.get_tensor("logits");
  }
  size_t length() const { return golden_.input_ids[0].size(); }
  double error_of_prefill(const CompiledModel& model) const {
    InferRequest request = model.create_infer_request();
    return logits_error(step(request, 0, length()), golden_);
  }
  // Scaling that depends on the longest position of a pass is only defined for whole prompts.
  bool depends_on_pass() const { return GetParam() == "llama_rope_dynamic_long"; }

  test_support::TempFolder folder_;
  frontends::ModelSource source_;
  TinyGolden golden_;
};

TEST_P(RuntimeLogits, WholeBatch) {
  EXPECT_LT(error_of_prefill(compile(kExact)), kLogitsTolerance);
}

TEST_P(RuntimeLogits, TokenByToken) {
  if (depends_on_pass()) GTEST_SKIP() << "its rotary embedding depends on the whole prompt";
  InferRequest request = compile(kExact).create_infer_request();
  const size_t batch = golden_.input_ids.size(), vocabulary = golden_.logits.get_shape()[2];
  Tensor all(ElementType::f32, golden_.logits.get_shape());
  for (size_t begin = 0; begin < length();) {
    const size_t end = begin == 0 ? length() / 2 : begin + 1;
    const Tensor logits = step(request, begin, end);
    for (size_t b = 0; b < batch; ++b)
      std::memcpy(all.data<float>() + (b * length() + begin) * vocabulary,
                  logits.data<float>() + b * (end - begin) * vocabulary,
                  (end - begin) * vocabulary * sizeof(float));
    begin = end;
  }
  EXPECT_LT(logits_error(all, golden_), kLogitsTolerance);
}

TEST_P(RuntimeLogits, ThroughIr) {
  StagedOutput output(folder_.path() / "ir", false);
  ir::write_ir(frontends::build_graph(source_, {.for_export = true, .float_type = {}}), output,
               "openvino_model");
  output.commit();
  const CompiledModel model =
      Core().compile_model(folder_.path() / "ir" / "openvino_model.xml", "CPU", kExact);
  EXPECT_LT(error_of_prefill(model), kLogitsTolerance);
  EXPECT_TRUE(model.impl().plan->cached()) << "the written graph was not recognised";
}

// Sequences cut into pieces and mixed into shared passes give the bits they give alone and whole.
TEST_P(RuntimeLogits, SameBitsAloneAndTogether) {
  if (depends_on_pass()) GTEST_SKIP() << "its rotary embedding depends on the whole prompt";
  std::vector<std::vector<int64_t>> prompts;
  for (size_t b = 0; b < golden_.input_ids.size(); ++b) {
    auto& prompt = prompts.emplace_back();
    for (size_t t = 0; t < length(); ++t)
      if (golden_.attention_mask[b][t] != 0) prompt.push_back(golden_.input_ids[b][t]);
  }
  const auto last_logits = [&](const AnyMap& properties, bool together) {
    std::string reason;
    const auto model = runtime::PagedModel::create(compile(properties), &reason);
    EXPECT_NE(model, nullptr) << reason;
    std::vector<std::vector<float>> out(prompts.size());
    const auto keep = [&](size_t b, const Tensor& logits, size_t row) {
      const size_t vocabulary = logits.get_shape()[2];
      const float* data = logits.data<float>() + row * vocabulary;
      out[b].assign(data, data + vocabulary);
    };
    if (!together) {
      for (size_t b = 0; b < prompts.size(); ++b) {
        auto sequence = model->new_sequence();
        const runtime::TokenSpan span{&sequence, prompts[b], 1};
        keep(b, model->forward({&span, 1}), 0);
      }
      return out;
    }
    std::vector<runtime::KvSequence> sequences(prompts.size(), model->new_sequence());
    for (size_t piece : {3, 1, 2, 1000}) {
      std::vector<runtime::TokenSpan> spans;
      std::vector<size_t> finished;
      for (size_t b = 0; b < prompts.size(); ++b) {
        const auto seen = static_cast<size_t>(sequences[b].tokens());
        const size_t count = std::min(piece, prompts[b].size() - seen);
        if (count == 0) continue;
        const bool last = seen + count == prompts[b].size();
        if (last) finished.push_back(b);
        spans.push_back({&sequences[b], std::span(prompts[b]).subspan(seen, count), last ? 1 : 0});
      }
      if (spans.empty()) continue;
      const Tensor logits = model->forward(spans);
      for (size_t row = 0; row < finished.size(); ++row) keep(finished[row], logits, row);
    }
    return out;
  };
  for (const char* kv : {"f32", "f16", "u8", "u4"}) {
    AnyMap properties = kExact;
    properties["KV_CACHE_PRECISION"] = kv;
    if (kv == std::string("u8")) properties["INFERENCE_PRECISION_HINT"] = "bf16";
    const auto alone = last_logits(properties, false);
    EXPECT_EQ(alone, last_logits(properties, true)) << kv;
    properties["INFERENCE_NUM_THREADS"] = 1;
    EXPECT_EQ(alone, last_logits(properties, true)) << kv << ", one thread";
  }
}

// Lower precisions stay near. In bf16 six values a layer (two norms, attention, the gated product,
// keys and values) are rounded by up to 2^-9 of themselves; as random errors over the four layers
// of these models that is 4 * sqrt(6) * 2^-9 = 0.02 of a logit's size, and the worst of some
// thousand logits lies at three times the deviation. With an f16 cache only keys and values are
// rounded, by 2^-12. With u8 by half of 1/127 of a group's largest, which for normal elements is
// some two and a half deviations: 0.006 of an element, as random errors sqrt(4 * 2) * 0.006 = 0.02;
// the worst of the logits of all these models lies at three and a half.
TEST_P(RuntimeLogits, LowPrecisionStaysNear) {
  EXPECT_LT(error_of_prefill(
                compile({{"INFERENCE_PRECISION_HINT", "bf16"}, {"KV_CACHE_PRECISION", "bf16"}})),
            6e-2);
  EXPECT_LT(error_of_prefill(
                compile({{"INFERENCE_PRECISION_HINT", "f32"}, {"KV_CACHE_PRECISION", "f16"}})),
            4e-3);
  EXPECT_LT(error_of_prefill(
                compile({{"INFERENCE_PRECISION_HINT", "f32"}, {"KV_CACHE_PRECISION", "u8"}})),
            7e-2);
}

// What the states say is what the cache holds, in every type of cache: given back, they change what
// follows by no more than encoding once more does.
TEST_P(RuntimeLogits, StatesGivenBackGoOnAlike) {
  const std::pair<const char*, double> cases[] = {{"f32", 0}, {"f16", 0}, {"u8", 0}, {"u4", 6e-2}};
  for (const auto& [kv, most] : cases) {
    AnyMap properties = kExact;
    properties["KV_CACHE_PRECISION"] = kv;
    const CompiledModel model = compile(properties);
    InferRequest first = model.create_infer_request(), second = model.create_infer_request();
    step(first, 0, length() - 1);
    auto from = first.query_state(), to = second.query_state();
    ASSERT_EQ(from.size(), to.size());
    for (size_t i = 0; i < from.size(); ++i) to[i].set_state(from[i].get_state());
    const Tensor expected = step(first, length() - 1, length());
    const Tensor got = step(second, length() - 1, length());
    double worst = 0, size = 0;
    for (size_t i = 0; i < expected.get_size(); ++i) {
      const double e = expected.data<float>()[i];
      worst = std::max(worst, std::fabs(got.data<float>()[i] - e));
      size = std::max(size, std::fabs(e));
    }
    EXPECT_LE(worst, most * size) << kv;
  }
}

INSTANTIATE_TEST_SUITE_P(Tiny, RuntimeLogits, testing::ValuesIn(test_support::tiny_cases()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace hearth
