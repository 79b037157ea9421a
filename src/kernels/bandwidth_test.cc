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
  if (active_isa() == Isa::scalar) GTEST_SKIP() << "no vector multiply-add here";
  const double gflops = measure_fma_gflops(active_isa(), pool, 1);
  EXPECT_GT(gflops, 0.5);
  EXPECT_LT(gflops, 1000);
}

}  // namespace
}  // namespace hearth::kernels
