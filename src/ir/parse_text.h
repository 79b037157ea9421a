// Reads the text form of a graph, whose grammar stands in print.h: what tests of passes are written
// in.
#pragma once

#include <string>
#include <string_view>

#include "ir/graph.h"

namespace hearth::ir {

/// Nodes must stand after those they read; a type that is given must be the inferred one. Throws
/// bad_input naming `source` and the line.
Graph parse_text(std::string_view text, const std::string& source);

}  // namespace hearth::ir
