// Whatever the inputs, an op computes or refuses: never a crash, a hang or a huge allocation. The
// golden cases with sizes and integers replaced by others; run it under the sanitizers too.
#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "ref/op_case.h"

namespace hearth::ref {
namespace {

constexpr int kRounds = 60;

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  OpCase mutate(const OpCase& original) {
    OpCase c = original;
    for (Input& input : c.inputs) {
      if (!input.tensor) continue;
      if (chance(4)) input.constant = !input.constant;
      if (chance(3)) input.tensor = resized(input.tensor);
      if (is_integer(input.tensor.get_element_type()) && chance(2))
        input.tensor = with_odd_values(input.tensor);
    }
    if (c.inputs.size() > 1 && chance(12)) c.inputs.pop_back();
    if (chance(6))
      for (const auto& [name, value] : original.node.attrs)
        if (std::holds_alternative<int64_t>(value)) c.node.attrs.set(name, odd_value());
    return c;
  }
  bool chance(unsigned one_in) { return random_() % one_in == 0; }

  Tensor resized(const Tensor& old) {
    Shape shape = old.get_shape();
    if (chance(4)) shape.push_back(1 + random_() % 3);
    if (!shape.empty() && chance(4)) shape.pop_back();
    if (!shape.empty()) shape[random_() % shape.size()] = random_() % 4;
    Tensor out(old.get_element_type(), shape);
    auto* bytes = static_cast<uint8_t*>(out.data());
    const auto* from = static_cast<const uint8_t*>(old.data());
    for (size_t i = 0; i < out.get_byte_size(); ++i)
      bytes[i] = old.get_byte_size() == 0 ? 0 : from[i % old.get_byte_size()];
    return out;
  }

 private:
  // Either small or so large that a tensor of that size must be refused.
  int64_t odd_value() {
    constexpr int64_t kOdd[] = {INT64_MIN, INT64_MAX, int64_t{1} << 40, -1, 0, 1, 2, 3, 7, -5, 64};
    return kOdd[random_() % std::size(kOdd)];
  }

  Tensor with_odd_values(const Tensor& old) {
    std::vector<int64_t> values = load<int64_t>(old);
    for (int64_t& v : values)
      if (chance(2)) v = odd_value();
    Tensor out(old.get_element_type(), old.get_shape());
    store(values, out);
    return out;
  }

  std::mt19937 random_;
};

/// Computes a mutated case; whatever is refused must be refused as bad input, by name.
void compute_or_refuse(const OpCase& c, Knowledge knowledge, States& states) {
  try {
    ir::Graph graph;
    run(build(graph, c, knowledge), c, &states);
  } catch (const Exception& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
    EXPECT_NE(std::string(error.what()).find("`probe`"), std::string::npos) << error.what();
  }
}

class OpHostile : public testing::TestWithParam<const char*> {};

TEST_P(OpHostile, ComputesOrRefuses) {
  const std::vector<OpCase> cases = read_cases(GetParam());
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    Mutator mutator(seed);
    for (const OpCase& original : cases) {
      const OpCase c = mutator.mutate(original);
      SCOPED_TRACE(fmt::format("{}, seed {}", c.where, seed));
      States states;
      compute_or_refuse(c, mutator.chance(2) ? Knowledge::as_written : Knowledge::nothing, states);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, OpHostile, testing::ValuesIn(kOpCaseFiles),
                         [](const auto& test) { return std::string(test.param); });

OpCase fused_case(ir::Op op, ir::Attributes attrs, const std::vector<std::string>& inputs) {
  OpCase c{std::string(ir::to_string(op)), {}, {}, {}, false};
  c.node.op = op;
  c.node.name = "probe";
  c.node.attrs = std::move(attrs);
  for (const std::string& text : inputs)
    c.inputs.push_back({text.empty() ? Tensor() : parse_tensor(text), false});
  return c;
}

std::vector<OpCase> fused_cases() {
  using ir::Op;
  const std::string weight = "u4[2,2,2] x10325476", scale = "f32[2,2,1] 1 2 3 4";
  const ir::Attributes cached = {{"key_variable", "k"}, {"value_variable", "v"}, {"scale", 1.0}};
  const std::string q = "f32[1,2,2,2] 1 2 3 4 5 6 7 8", k = "f32[1,2,1,2] 1 2 3 4";
  return {fused_case(Op::FullyConnected, {}, {"f32[1,4] 1 2 3 4", weight, scale, "u8[] 7"}),
          fused_case(Op::FullyConnected, {}, {"f32[1,4] 1 2 3 4", "i8[2,4] 1 2 3 4 5 6 7 8"}),
          fused_case(Op::EmbeddingLookup, {}, {"i64[2] 0 1", weight, scale, ""}),
          fused_case(Op::FullyConnected, {},
                     {"f32[1,4] 1 2 3 4", weight, scale, "", "f32[1,1,1] 2", "f32[3] 1 2 3"}),
          fused_case(Op::RMSNorm, {{"epsilon", 1e-5}}, {"f32[2,2] 1 2 3 4", "f32[2] 1 2"}),
          fused_case(Op::RoPE, {}, {"f32[1,2,1,2] 1 2 3 4", "f32[1,1,2] 1 2", "f32[1,1,2] 1 2"}),
          fused_case(Op::SwiGLU, {}, {"f32[2,2] 1 2 3 4", "f32[2,2] 1 2 3 4"}),
          fused_case(Op::CachedAttention, cached, {q, k, k, "i32[1] 0", "i64[1,3] 1 1 1"}),
          fused_case(Op::CachedAttention, cached, {q, k, k, "", ""})};
}

TEST(FusedHostile, ComputesOrRefuses) {
  const Tensor cell = parse_tensor("f32[1,1,1,2] 1 2");
  for (unsigned seed = 0; seed < 10 * kRounds; ++seed) {
    Mutator mutator(seed);
    for (const OpCase& original : fused_cases()) {
      const OpCase c = mutator.mutate(original);
      SCOPED_TRACE(fmt::format("{}, seed {}", c.where, seed));
      States states = {{"k", mutator.chance(2) ? cell : mutator.resized(cell)},
                       {"v", mutator.chance(2) ? cell : mutator.resized(cell)}};
      if (mutator.chance(5)) states.clear();
      compute_or_refuse(c, mutator.chance(2) ? Knowledge::as_written : Knowledge::nothing, states);
    }
  }
}

}  // namespace
}  // namespace hearth::ref
