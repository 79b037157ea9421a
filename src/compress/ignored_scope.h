// Which nodes of a model an IgnoredScope means.
#pragma once

#include <unordered_set>

#include "compress/nncf_order.h"
#include "hearth/compress.hpp"

namespace hearth::compress {

/// Nodes that a name, a pattern or a type matches; a constant stands for its readers. Patterns
/// match from the beginning of a name on, as Python's re.match. Throws bad_input for a pattern that
/// is none and, when the scope is to be validated, for an entry that matches nothing.
std::unordered_set<ir::NodeId> ignored_nodes(const ir::Graph& graph, const NncfOrder& order,
                                             const IgnoredScope& scope);

}  // namespace hearth::compress
