// The stored weight of a fused node as the kernels take it.
#pragma once

#include <optional>
#include <string>

#include "ir/graph.h"
#include "kernels/matmul/matmul.h"

namespace hearth::runtime {

/// Inputs `first` to `first + 4` of the node are weight, scale, zero point, scale of the tensor and
/// table. Empty, with a reason, when they are no constants in memory or their sizes do not fit
/// together.
std::optional<kernels::WeightMatrix> weight_matrix(const ir::Graph& graph, const ir::Node& node,
                                                   size_t first, std::string& refusal);

}  // namespace hearth::runtime
