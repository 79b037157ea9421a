// Which layers stay in the primary format when only a part of the weights may.
#pragma once

#include <vector>

#include "compress/plan.h"

namespace hearth::compress {

/// Of `layers`, those to go to the backup format: all from the first one on, in ascending order of
/// sensitivity, that would bring the primary format's share of elements to `ratio` or more.
std::vector<PlannedWeight*> too_sensitive(const std::vector<PlannedWeight*>& layers, double ratio,
                                          const SensitivityOf& sensitivity_of);

}  // namespace hearth::compress
