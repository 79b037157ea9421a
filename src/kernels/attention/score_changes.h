// What some models do to a score before the softmax: soft cap (Gemma 2) and linear bias (alibi).
// Not a line of it is passed by models that have neither.
#pragma once

#include "kernels/attention/driver.h"
#include "kernels/simd_math.h"

namespace hearth::kernels {

/// scores[c], c in [begin, end) in whole vectors, are those of one query at `position` with cells
/// first_cell + c, in units of `unit` (1, or log2(e) for base-2 logarithms).
template <class S>
inline void change_scores(const AttentionArgs& args, int64_t head, int64_t position,
                          int64_t first_cell, int64_t begin, int64_t end, float unit,
                          float* scores) {
  if (args.softcap == 0 && args.alibi_slopes == nullptr) return;
  const float slope = args.alibi_slopes == nullptr ? 0.0f : args.alibi_slopes[head];
  const auto one = S::set1(1.0f);
  for (int64_t c = begin; c < end; c += S::kLanes) {
    auto s = S::div(S::load(scores + c), S::set1(unit));
    if (args.softcap != 0) {
      // cap tanh(s / cap), as cap (1 - 2 / (exp(2 s / cap) + 1))
      const auto power = exp<S>(S::mul(s, S::set1(2 / args.softcap)));
      const auto rest = S::div(S::set1(2.0f), S::add(power, one));
      s = S::mul(S::sub(one, rest), S::set1(args.softcap));
    }
    float distances[S::kLanes];
    for (int64_t i = 0; i < S::kLanes; ++i)
      distances[i] = static_cast<float>(first_cell + c + i - position);
    s = S::fma(S::load(distances), S::set1(slope), s);
    S::store(scores + c, S::mul(s, S::set1(unit)));
  }
}

}  // namespace hearth::kernels
