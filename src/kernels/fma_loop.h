// The loop that fma_peak.h times: one instruction (or the few that do its work) on registers.
#pragma once

#include <cstdint>

namespace hearth::kernels {
namespace {

/// `rounds` times step(sum, a, b) for each of twelve independent sums, which is enough for a
/// latency of six cycles and two instructions a cycle and leaves AVX2's sixteen registers room for
/// a, b and a temporary. Returns the multiply-adds done, `lanes` a step. Steps are inline assembly:
/// nothing moves out of the loop, and GCC 12 neither copies nor spills the sums.
template <class Vector, class Step>
inline int64_t run_chains(int64_t rounds, Vector a, Vector b, int64_t lanes, Step step) {
  constexpr int kChains = 12;
  Vector sums[kChains];
  for (Vector& sum : sums) sum = a;
  for (int64_t round = 0; round < rounds; ++round)
    for (Vector& sum : sums) step(sum, a, b);
  return rounds * kChains * lanes;
}

}  // namespace
}  // namespace hearth::kernels
