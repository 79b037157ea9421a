// The order in which NNCF visits the nodes of a model, and the names it gives them. Which MatMul is
// the last one, which reader of a shared weight the first, and how equally sensitive layers are
// ordered follow from it.
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace hearth::compress {

struct NncfOrder {
  std::vector<ir::NodeId> nodes;   ///< topological; without nodes that no result or state needs
  std::vector<bool> is_computed;   ///< [id_limit]: depends on an input or a state
  std::vector<std::string> names;  ///< [id_limit]: friendly names made unique, "" elsewhere
};

NncfOrder nncf_order(const ir::Graph& graph);

}  // namespace hearth::compress
