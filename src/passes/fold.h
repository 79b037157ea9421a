// Constant folding, shared by the pass that folds what is small and the one that folds what is
// left.
#pragma once

#include <functional>

#include "ir/graph.h"

namespace hearth::passes {

/// Replaces every node whose inputs are all constants by the constant it computes, when `allowed`
/// says so for that node. Returns whether anything changed.
bool fold(ir::Graph& graph, const std::function<bool(const ir::Graph&, const ir::Node&)>& allowed);

}  // namespace hearth::passes
