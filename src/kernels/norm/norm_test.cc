#include "kernels/norm/norm.h"

#include <cmath>

#include "kernels/testing.h"

namespace hearth::kernels {

const RmsNormKernel& rms_norm_avx512_emulated();

namespace {

std::vector<RmsNormKernel> kernels() {
  return testable(rms_norm_kernels(), rms_norm_avx512_emulated);
}

constexpr int64_t kDims[] = {1, 7, 8, 9, 15, 16, 31, 32, 33, 63, 64, 65, 96, 127, 576, 2048};

TEST(RmsNorm, MatchesTheReference) {
  std::mt19937 generator = seeded_generator();
  for (const RmsNormKernel& kernel : kernels()) {
    for (int64_t dim : kDims) {
      for (bool with_gamma : {true, false}) {
        const int64_t rows = 3, stride = dim + 5;
        const std::vector<float> x = random_floats(generator, rows * stride, 3.0f);
        const std::vector<float> gamma = random_floats(generator, dim);
        const float* g = with_gamma ? gamma.data() : nullptr;
        std::vector<float> y(x.size(), 7.0f), expected(x.size(), 7.0f);
        kernel.run(x.data(), stride, g, 1e-5f, rows, dim, y.data(), stride);
        rms_norm_kernels().back().run(x.data(), stride, g, 1e-5f, rows, dim, expected.data(),
                                      stride);
        // The sum of squares rounds at most dim / 32 + 8 times (four accumulators of at least 8
        // lanes); its square root halves that error. Square root, division and products add 5.
        const double bound = (static_cast<double>(dim) / 32 + 8) / 2 + 5;
        for (size_t i = 0; i < y.size(); ++i)
          ASSERT_NEAR(y[i], expected[i], std::fabs(expected[i]) * bound * 0x1p-24)
              << kernel.name << ": width " << dim << ", element " << i << "; " << seed_note();
      }
    }
  }
}

TEST(RmsNorm, WorksInPlaceAndStaysInsideTheRow) {
  std::mt19937 generator = seeded_generator();
  for (const RmsNormKernel& kernel : kernels()) {
    for (int64_t dim : kDims) {
      const GuardedBytes memory(static_cast<size_t>(dim) * sizeof(float));
      auto* x = reinterpret_cast<float*>(memory.data());
      const std::vector<float> values = random_floats(generator, dim);
      std::vector<float> expected(values.size());
      kernel.run(values.data(), dim, nullptr, 1e-6f, 1, dim, expected.data(), dim);
      std::copy(values.begin(), values.end(), x);
      kernel.run(x, dim, nullptr, 1e-6f, 1, dim, x, dim);
      EXPECT_TRUE(same_bits(std::vector<float>(x, x + dim), expected)) << kernel.name << dim;
    }
  }
}

TEST(RmsNorm, ZerosStayZeros) {
  for (const RmsNormKernel& kernel : kernels()) {
    std::vector<float> x(40, 0.0f);
    kernel.run(x.data(), 40, nullptr, 1e-5f, 1, 40, x.data(), 40);
    EXPECT_EQ(x, std::vector<float>(40, 0.0f)) << kernel.name;
  }
}

}  // namespace
}  // namespace hearth::kernels
