// The invariants of a graph: what every pass may rely on and must keep.
#pragma once

#include <string>

#include "ir/graph.h"

namespace hearth::ir {

/// What makes nodes that are sound one by one no sound model: an Assign without ReadValue, a
/// variable assigned twice, two parameters that share a tensor name. Empty when nothing does.
std::string model_flaw(const Graph& graph);

/// Throws an error of kind internal naming the node when an edge leads nowhere, inference does not
/// agree with the stored outputs, the lists of parameters, results and sinks are not what the nodes
/// say, or there is a model_flaw().
void verify(const Graph& graph);

}  // namespace hearth::ir
