// Ways to compress to int4 that suit certain models better than the general rule.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "hearth/compress.hpp"

namespace hearth::compress {

struct TunedDefault {
  CompressOptions options;
  std::string note;  ///< what was taken, in a sentence
};

/// What tuned_defaults.inc has for the model of this config.json; empty: nothing. Of an unusual
/// config nothing is said: that is for who builds its graph.
std::optional<TunedDefault> tuned_default(const Json& config);

}  // namespace hearth::compress
