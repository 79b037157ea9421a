// What passes around FullyConnected ask of it.
#pragma once

#include <vector>

#include "ir/product_inputs.h"
#include "passes/match.h"

namespace hearth::passes {

/// The kWeightInputs inputs of a FullyConnected's weight, those left out included.
inline std::vector<ir::Value> weight_inputs(const ir::Node& product) {
  std::vector<ir::Value> out(ir::kWeightInputs);
  for (size_t i = 0; i < out.size() && ir::product_inputs(0) + i < product.inputs.size(); ++i)
    out[i] = product.inputs[ir::product_inputs(0) + i];
  return out;
}

/// A FullyConnected to which nothing has been added yet but, perhaps, its bias.
inline bool is_plain_product(const ir::Graph& graph, ir::Value value) {
  return graph.is(value, ir::Op::FullyConnected) && graph.node(value).inputs.size() <= ir::kAddend;
}

}  // namespace hearth::passes
