// The loop of measure_fma_gflops for one instruction set.
#pragma once

namespace hearth::kernels {

template <class S>
inline int64_t run_fma(int64_t steps) {
  constexpr int kChains = 12;  // latency 4, two a cycle: 8 would do
  typename S::F acc[kChains];
  for (int i = 0; i < kChains; ++i) acc[i] = S::set1(static_cast<float>(i));
  const auto a = S::set1(0.999f), b = S::set1(0.001f);
  for (int64_t step = 0; step < 2 * steps; ++step)
    for (int i = 0; i < kChains; ++i) acc[i] = S::fma(acc[i], a, b);
  for (int i = 1; i < kChains; ++i) acc[0] = S::add(acc[0], acc[i]);
  return S::reduce_max(acc[0]) > 0 ? S::kLanes : 0;  // always: uses the results
}

}  // namespace hearth::kernels
