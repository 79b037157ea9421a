#include "kernels/bandwidth.h"

#include <gtest/gtest.h>

#include "kernels/fma_peak.h"

namespace hearth::kernels {
namespace {

// Any machine of this century reads more than 0.1 GB/s, and none reads 10 TB/s on two threads.
TEST(Bandwidth, IsAPlausibleNumber) {
  ThreadPool pool(2);
  const double gb_s = measure_read_bandwidth_gb_s(pool, 2);
  EXPECT_GT(gb_s, 0.1);
  EXPECT_LT(gb_s, 10000);
}

TEST(FmaPeak, IsAPlausibleNumber) {
  ThreadPool pool(1);
  EXPECT_EQ(measure_fma_gflops(Isa::scalar, pool, 1), 0);
  EXPECT_EQ(measure_int8_gops(Isa::scalar, pool, 1), 0);
  EXPECT_EQ(measure_bf16_gflops(Isa::avx2, pool, 1), 0);
  if (active_isa() == Isa::scalar) GTEST_SKIP() << "no vector multiply-add here";
  const double gflops = measure_fma_gflops(active_isa(), pool, 1);
  EXPECT_GT(gflops, 0.5);
  EXPECT_LT(gflops, 1000);
}

// True when a rate is more than `ratio` of the other in one of some attempts: another process may
// take the core while one of the two is measured.
template <typename Rate, typename Other>
bool shows(double ratio, Rate rate, Other other) {
  for (int attempt = 0; attempt < 10; ++attempt)
    if (rate() > ratio * other()) return true;
  return false;
}

// VNNI makes four times the f32 rate by the width of its lanes, AVX2's three instructions four
// thirds, and BF16 twice on Zen but half of it on Golden Cove, which begins one in two cycles. Half
// of these shows on a noisy machine too.
TEST(FmaPeak, NarrowNumbersAreFaster) {
  ThreadPool pool(1);
  for (const Isa isa : kAllIsas) {
    if (isa == Isa::scalar || !has_isa(isa)) continue;
    const auto f32 = [&] { return measure_fma_gflops(isa, pool, 1); };
    const auto int8 = [&] { return measure_int8_gops(isa, pool, 1); };
    const auto bf16 = [&] { return measure_bf16_gflops(isa, pool, 1); };
    const bool vnni = isa == Isa::avx_vnni || isa >= Isa::avx512_vnni;
    EXPECT_TRUE(shows(vnni ? 2 : 0.65, int8, f32)) << to_string(isa);
    if (isa >= Isa::avx512_bf16) {
      EXPECT_TRUE(shows(0.25, bf16, f32)) << to_string(isa);
    }
  }
}

}  // namespace
}  // namespace hearth::kernels
