// How far one distribution of the next token is from another.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hearth::genai {

struct RowComparison {
  double reference_nll = 0, candidate_nll = 0;  ///< of the token that follows
  double kl = 0;                                ///< KL(reference || candidate), in nats
  bool same_top = false;
};

/// Of two rows of logits of equal length, summed in double.
RowComparison compare_rows(std::span<const float> reference, std::span<const float> candidate,
                           int64_t target);

/// The value below which `share` of the sorted values lie, between two of them in proportion, as
/// NumPy's percentile() has it. `values` is not empty.
double percentile(std::vector<double> values, double share);

}  // namespace hearth::genai
