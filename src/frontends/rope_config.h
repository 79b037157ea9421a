// The rotary embedding part of a config.json, in the older spelling (rope_theta, rope_scaling) and
// in transformers 5's (rope_parameters).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace hearth::frontends {

struct RopeConfig {
  std::string type = "default";  ///< default, linear, dynamic, yarn or llama3
  double theta = 10000.0;
  double factor = 1.0;
  int64_t original_positions = 0;  ///< positions the model was trained on
  // llama3
  double low_freq_factor = 1.0;
  double high_freq_factor = 4.0;
  // yarn
  double beta_fast = 32.0;
  double beta_slow = 1.0;
  std::optional<double> attention_factor;
  double mscale = 0.0;
  double mscale_all_dim = 0.0;
  bool truncate = true;
  /// GGUF files may carry one divisor per frequency (rope_freqs.weight); empty otherwise.
  std::vector<float> frequency_divisors;
};

/// Throws bad_input naming the key; an unknown type is an error that lists the known ones.
RopeConfig parse_rope(const JsonObject& config, int64_t max_positions);

}  // namespace hearth::frontends
