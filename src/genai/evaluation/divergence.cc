#include "genai/evaluation/divergence.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "genai/sampling/sampler.h"

namespace hearth::genai {

RowComparison compare_rows(std::span<const float> reference, std::span<const float> candidate,
                           int64_t target) {
  HEARTH_ASSERT(reference.size() == candidate.size(), "both models have the same vocabulary");
  const double sum_r = log_sum_exp(reference), sum_c = log_sum_exp(candidate);
  double kl = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const double log_r = static_cast<double>(reference[i]) - sum_r;
    const double p = std::exp(log_r);  // 0 for a token that is ruled out, which counts nothing
    if (p > 0) kl += p * (log_r - (static_cast<double>(candidate[i]) - sum_c));
  }
  const auto at = static_cast<size_t>(target);
  return {sum_r - static_cast<double>(reference[at]), sum_c - static_cast<double>(candidate[at]),
          std::max(kl, 0.0), argmax(reference) == argmax(candidate)};
}

double percentile(std::vector<double> values, double share) {
  HEARTH_ASSERT(!values.empty(), "a percentile needs values");
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const double above = values[std::min(below + 1, values.size() - 1)];
  return values[below] + (place - static_cast<double>(below)) * (above - values[below]);
}

}  // namespace hearth::genai
