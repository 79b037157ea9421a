// The layers with weights, by NNCF's rules: products with, and look-ups in, a constant of floats.
#pragma once

#include <vector>

#include "compress/nncf_order.h"

namespace hearth::compress {

struct WeightedNode {
  ir::NodeId node;
  int port;             ///< the input by which the constant comes in
  ir::NodeId constant;  ///< under Converts and Reshapes
};

/// In NNCF's order.
std::vector<WeightedNode> weighted_nodes(const ir::Graph& graph, const NncfOrder& order);

/// True for the product of positions and inverse frequencies: its result, through a Transpose, a
/// Concat with itself or both, is what a Cos and a Sin read.
bool is_rotary_product(const ir::Graph& graph, const std::vector<std::vector<ir::Use>>& uses,
                       ir::NodeId node);

}  // namespace hearth::compress
