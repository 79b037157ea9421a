#include "kernels/activation/activation.h"

#include <cmath>
#include <limits>

#include "kernels/testing.h"

namespace hearth::kernels {

const ActivationKernels& activation_avx512_emulated();

namespace {

std::vector<ActivationKernels> kernels() {
  return testable(activation_kernels(), activation_avx512_emulated);
}

constexpr int64_t kCounts[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 100, 576};

// f32 values of every exponent and sign, with random mantissas, and the special ones.
std::vector<float> all_kinds_of_floats(std::mt19937& generator) {
  std::vector<float> values;
  for (uint32_t exponent = 0; exponent < 256; ++exponent) {
    for (int i = 0; i < 64; ++i) {
      const uint32_t bits = (generator() & 0x807fffffu) | exponent << 23;
      float value;
      std::memcpy(&value, &bits, sizeof(value));
      values.push_back(value);
    }
  }
  const float infinity = std::numeric_limits<float>::infinity();
  for (float special : {0.0f, -0.0f, infinity, -infinity, 65519.0f, 65520.0f, 0x1p-24f, 0x1p-25f,
                        0x1.8p-25f, 3.3895314e38f, 3.4e38f})
    values.push_back(special);
  return values;
}

TEST(Activation, SwigluMatchesTheReference) {
  std::mt19937 generator = seeded_generator();
  for (const ActivationKernels& kernel : kernels()) {
    for (int64_t count : kCounts) {
      const std::vector<float> gate = random_floats(generator, count, 20.0f);
      const std::vector<float> up = random_floats(generator, count);
      std::vector<float> y(gate.size()), expected(gate.size());
      kernel.swiglu(gate.data(), up.data(), count, y.data());
      activation_kernels().back().swiglu(gate.data(), up.data(), count, expected.data());
      // exp is within 2 ulp (4 half ulps); sum, quotient and product add half an ulp each. Below
      // gate = -88.7, exp(-gate) overflows and the result, under 3e-37, becomes 0.
      for (size_t i = 0; i < y.size(); ++i)
        ASSERT_NEAR(y[i], expected[i],
                    std::fabs(expected[i]) * 8 * 0x1p-24 + 3e-37 * std::fabs(up[i]))
            << kernel.name << ": gate " << gate[i] << "; " << seed_note();
    }
  }
}

TEST(Activation, SumsAndProductsAreExactlyTheReferences) {
  std::mt19937 generator = seeded_generator();
  for (const ActivationKernels& kernel : kernels()) {
    for (int64_t count : kCounts) {
      const std::vector<float> a = random_floats(generator, count);
      const std::vector<float> b = random_floats(generator, count);
      std::vector<float> y(a.size()), expected(a.size());
      kernel.add(a.data(), b.data(), count, y.data());
      activation_kernels().back().add(a.data(), b.data(), count, expected.data());
      EXPECT_TRUE(same_bits(y, expected)) << kernel.name;
      kernel.multiply(a.data(), b.data(), count, y.data());
      activation_kernels().back().multiply(a.data(), b.data(), count, expected.data());
      EXPECT_TRUE(same_bits(y, expected)) << kernel.name;
    }
  }
}

TEST(Activation, RoundsEveryKindOfFloatLikeTheScalarDefinition) {
  std::mt19937 generator = seeded_generator();
  const std::vector<float> x = all_kinds_of_floats(generator);
  const auto count = static_cast<int64_t>(x.size());
  const ActivationKernels& reference = activation_kernels().back();
  for (const ActivationKernels& kernel : kernels()) {
    std::vector<float> y(x.size()), expected(x.size());
    kernel.round_bf16(x.data(), count, y.data());
    reference.round_bf16(x.data(), count, expected.data());
    EXPECT_TRUE(same_bits(y, expected)) << kernel.name << " to bf16";
    kernel.round_f16(x.data(), count, y.data());
    reference.round_f16(x.data(), count, expected.data());
    EXPECT_TRUE(same_bits(y, expected)) << kernel.name << " to f16";
  }
}

TEST(Activation, WorksInPlaceAndTouchesNothingPastTheEnd) {
  std::mt19937 generator = seeded_generator();
  for (const ActivationKernels& kernel : kernels()) {
    for (int64_t count : kCounts) {
      const std::vector<float> a = random_floats(generator, count);
      const std::vector<float> b = random_floats(generator, count);
      std::vector<float> expected(a.size());
      kernel.swiglu(a.data(), b.data(), count, expected.data());
      const GuardedBytes memory(a.size() * sizeof(float));
      auto* y = reinterpret_cast<float*>(memory.data());
      std::copy(a.begin(), a.end(), y);
      kernel.swiglu(y, b.data(), count, y);
      EXPECT_TRUE(same_bits(std::vector<float>(y, y + count), expected)) << kernel.name;
    }
  }
}

}  // namespace
}  // namespace hearth::kernels
