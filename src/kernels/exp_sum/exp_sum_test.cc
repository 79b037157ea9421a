#include "kernels/exp_sum/exp_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/testing.h"

namespace hearth::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<const ExpSumKernel*> kernels() {
  std::vector<const ExpSumKernel*> out;
  for (const ExpSumKernel& kernel : exp_sum_kernels())
    if (has_isa(kernel.isa)) out.push_back(&kernel);
  return out;
}

TEST(ExpSum, MatchesTheReference) {
  std::mt19937 generator = seeded_generator();
  for (const ExpSumKernel* kernel : kernels())
    for (const int64_t count : {0, 1, 3, 7, 8, 9, 16, 100, 1023, 49152})
      for (const double scale : {1.0, 0.25, 3.0}) {
        const std::vector<float> x = random_floats(generator, count, 5.0f);
        const double top = count == 0 ? 0 : *std::max_element(x.begin(), x.end());
        const double expected = exp_sum_kernels().back().run(x.data(), count, top, scale);
        const double got = kernel->run(x.data(), count, top, scale);
        // Both sums round `count` times at worst; terms as the contract says.
        ASSERT_NEAR(got, expected, (5e-13 + static_cast<double>(count) * 0x1p-53) * expected)
            << kernel->name << ", " << count << "; " << seed_note();
      }
}

// One term, as far as the seven empty ones beside it are nothing.
TEST(ExpSum, EveryTermIsWithinItsError) {
  for (const ExpSumKernel* kernel : kernels())
    for (float x = 0; x > -600; x -= 0.0107f) {
      const double exact = std::exp(static_cast<double>(x));
      ASSERT_NEAR(kernel->run(&x, 1, 0, 1), exact, 5e-13 * exact) << kernel->name << ": " << x;
    }
}

TEST(ExpSum, TheTopCountsOneAndTheLowestNothing) {
  for (const ExpSumKernel* kernel : kernels()) {
    const std::vector<float> x = {3.0f, -kInfinity, -1e30f, 3.0f};
    EXPECT_EQ(kernel->run(x.data(), 4, 3.0, 1), 2.0) << kernel->name;
    const std::vector<float> with_nan = {3.0f, std::nanf(""), 1.0f};
    EXPECT_TRUE(std::isnan(kernel->run(with_nan.data(), 3, 3.0, 1))) << kernel->name;
  }
}

// So that draws are the same on all of them.
TEST(ExpSum, InstructionSetsGiveTheSameBits) {
  std::mt19937 generator = seeded_generator();
  const std::vector<float> x = random_floats(generator, 32003, 4.0f);
  std::vector<double> sums;
  for (const ExpSumKernel* kernel : kernels())
    if (kernel->isa != Isa::scalar) sums.push_back(kernel->run(x.data(), 32003, 20, 1));
  for (const double sum : sums) EXPECT_EQ(sum, sums[0]) << seed_note();
}

TEST(ExpSum, ReadsNothingPastTheEnd) {
  for (const ExpSumKernel* kernel : kernels())
    for (const size_t count : {1u, 5u, 8u, 13u}) {
      const GuardedBytes memory(count * sizeof(float));
      auto* x = reinterpret_cast<float*>(memory.data());
      std::fill(x, x + count, 1.0f);
      EXPECT_EQ(kernel->run(x, static_cast<int64_t>(count), 1, 1), static_cast<double>(count));
    }
}

}  // namespace
}  // namespace hearth::kernels
