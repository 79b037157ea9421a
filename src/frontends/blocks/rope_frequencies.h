// The numbers behind rotary embeddings: one inverse frequency per pair of a head, after the scaling
// that the config asks for. Computed in f32, as transformers does, so that large positions agree.
#pragma once

#include <vector>

#include "frontends/rope_config.h"

namespace hearth::frontends {

struct RopeFrequencies {
  std::vector<float> inverse;      ///< [D / 2]
  float attention_scaling = 1.0f;  ///< cosines and sines are multiplied by it (yarn)
};

/// `dynamic` gives the unscaled frequencies; its growth depends on the sequence (blocks/rope.h).
RopeFrequencies rope_frequencies(const RopeConfig& rope, int64_t head_dim);

}  // namespace hearth::frontends
