#include "genai/benchmark_floor.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hearth::genai {
namespace {

using runtime::Arithmetic;
using runtime::MachineRates;
using runtime::ProductWork;

// A body of 1,000 weights, a head of 100; 500 bytes of weights and 2 a token in the cache.
class FakeModel : public TokenModel {
 public:
  explicit FakeModel(std::vector<ProductWork> products) : products_(std::move(products)) {}
  std::unique_ptr<SequenceCache> new_sequence() override {
    throw std::logic_error("not asked for");
  }
  Tensor forward(std::span<const ModelInput>) override { throw std::logic_error("not asked for"); }
  bool can_batch() const override { return true; }
  size_t weight_bytes() const override { return 500; }
  std::span<const ProductWork> products() const override { return products_; }
  size_t cache_bytes(size_t tokens) const override { return 2 * tokens; }
  size_t private_bytes() const override { return 0; }

 private:
  std::vector<ProductWork> products_;
};

const FakeModel& mixed() {
  static const FakeModel model(
      {{Arithmetic::int8, 1000, false}, {Arithmetic::bf16, 100, /*is_head=*/true}});
  return model;
}

// Per second: 1,000 bytes, 100 operations in f32, 200 in bf16, 400 on bytes.
constexpr MachineRates kRates{1e-6, 100e-9, 200e-9, 400e-9};

TEST(BenchmarkFloor, APromptMultipliesEveryTokenWithTheBodyAndTheLastOneWithTheHead) {
  const Floor floor = prompt_floor(mixed(), kRates, 10, 1);
  EXPECT_STREQ(floor.name, "int8");
  EXPECT_DOUBLE_EQ(floor.seconds, 2.0 * 1000 * 10 / 400 + 2.0 * 100 / 200);
  EXPECT_DOUBLE_EQ(prompt_floor(mixed(), kRates, 10, 3).seconds, 3 * floor.seconds);
}

TEST(BenchmarkFloor, ArithmeticWithoutInstructionsCountsAsF32) {
  MachineRates rates = kRates;
  rates.int8_gops = rates.bf16_gflops = 0;
  EXPECT_DOUBLE_EQ(prompt_floor(mixed(), rates, 10, 1).seconds, 2.0 * 10100 / 100);
}

TEST(BenchmarkFloor, AStepIsBoundByTheSlowerOfMemoryAndArithmetic) {
  MachineRates fast = kRates;
  fast.int8_gops = fast.bf16_gflops = 1;  // memory decides
  const Floor memory = step_floor(mixed(), fast, 50, 4);
  EXPECT_STREQ(memory.name, "bandwidth");
  EXPECT_DOUBLE_EQ(memory.seconds, (500 + 4 * 100) / 1000.0);
  const Floor arithmetic = step_floor(mixed(), kRates, 50, 4);
  EXPECT_STREQ(arithmetic.name, "int8");
  EXPECT_DOUBLE_EQ(arithmetic.seconds, 2.0 * 1000 * 4 / 400 + 2.0 * 100 * 4 / 200);
}

}  // namespace
}  // namespace hearth::genai
