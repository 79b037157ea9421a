#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/testing.h"

#if defined(__x86_64__)

namespace hearth::kernels {

void exp_avx2(const float* x, int64_t count, float* y);
void exp_avx512(const float* x, int64_t count, float* y);

namespace {

using Exp = void (*)(const float* x, int64_t count, float* y);
constexpr Exp kVersions[] = {exp_avx2, exp_avx512};

// |y - exp(x)| in units of the last place of exp(x) as f32.
double ulps(float y, float x) {
  const double exact = std::exp(static_cast<double>(x));
  const auto rounded = static_cast<float>(exact);
  if (std::isinf(rounded) || std::isinf(y)) return rounded == y ? 0 : 1e9;
  const float next = std::nextafterf(rounded, std::numeric_limits<float>::infinity());
  return std::fabs(y - exact) / (static_cast<double>(next) - rounded);
}

// Every `step`-th f32 of one sign: exponents, subnormals and all.
void sweep(Exp version, uint32_t sign, uint32_t step) {
  std::vector<float> x(4096), y(4096);
  for (uint64_t first = 0; first < 0x7f800000u; first += uint64_t{step} * x.size()) {
    for (size_t i = 0; i < x.size(); ++i) {
      const auto bits =
          static_cast<uint32_t>(sign | std::min<uint64_t>(first + i * step, 0x7f800000u));
      std::memcpy(&x[i], &bits, sizeof(bits));
    }
    version(x.data(), static_cast<int64_t>(x.size()), y.data());
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_LE(ulps(y[i], x[i]), 1.0) << "exp(" << x[i] << ") gave " << y[i];
  }
}

TEST(SimdMath, ExpIsWithinOneUlpOverAllOfF32) {
  if (active_isa() < Isa::avx2) GTEST_SKIP() << "needs AVX2";
  sweep(exp_avx2, 0, 1009);
  sweep(exp_avx2, 0x80000000u, 1009);
  sweep(exp_avx512, 0, 20011);
  sweep(exp_avx512, 0x80000000u, 20011);
}

TEST(SimdMath, ExpOfSpecialValues) {
  if (active_isa() < Isa::avx2) GTEST_SKIP() << "needs AVX2";
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {0.0f, -0.0f, infinity, -infinity, NAN, 1e30f, -1e30f, -103.5f,
                                0.0f, 0.0f,  0.0f,     0.0f,      0,   0,     0,      0};
  for (Exp version : kVersions) {
    std::vector<float> y(16);
    version(x.data(), 16, y.data());
    EXPECT_EQ(y[0], 1.0f);
    EXPECT_EQ(y[1], 1.0f);
    EXPECT_EQ(y[2], infinity);
    EXPECT_EQ(y[3], 0.0f);
    EXPECT_TRUE(std::isnan(y[4]));
    EXPECT_EQ(y[5], infinity);
    EXPECT_EQ(y[6], 0.0f);
    EXPECT_EQ(y[7], std::numeric_limits<float>::denorm_min());
  }
}

}  // namespace
}  // namespace hearth::kernels

#endif
