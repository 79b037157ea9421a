// Where Metaspace puts a space that the text does not have; the decoder takes it away again.
#pragma once

#include "text/stage_config.h"

namespace hearth::text {

enum class PrependScheme {
  first,  ///< only where the input begins
  never,
  always,  ///< in front of every piece
};

/// Reads `prepend_scheme`, and `add_prefix_space` of older files.
PrependScheme read_prepend_scheme(const StageConfig& config);

}  // namespace hearth::text
