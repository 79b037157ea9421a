// Whether two graphs compute the same thing in the same way, and where they first differ.
#pragma once

#include <string>

#include "ir/graph.h"

namespace hearth::ir {

struct CompareOptions {
  bool names = true;    ///< friendly names, tensor names and the model's name
  bool rt_info = true;  ///< of nodes, ports and the model
};

/// Empty when the graphs are equal: parameters and results pair up by position, Assigns by
/// variable, and everything they need has the same op, version, attributes, inputs, types and
/// constant bytes. The order of nodes and their ids do not matter, nor whether equal constants are
/// one node or two. Else one line that says what differs where.
std::string difference(const Graph& a, const Graph& b, const CompareOptions& options = {});

}  // namespace hearth::ir
