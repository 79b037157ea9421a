// Recognises a weight as it is stored: a constant, its scales and zero points, under the ops that
// decode it (OpenVINO's weight decompression sub-graph, NNCF's output, or a plain conversion).
#pragma once

#include <optional>

#include "ir/graph.h"

namespace hearth::passes {

struct StoredWeight {
  ir::Value weight;        ///< Const [N, K] or [N, G, S]
  ir::Value scale;         ///< Const, or none
  ir::Value zero_point;    ///< Const, or none
  ir::Value tensor_scale;  ///< Const of one element that multiplies every scale, or none
  ir::Value table;         ///< Const [V] that the weight's elements are indices of, or none
};

/// Reads the decoding chain back from `value`, an f32 matrix [N, K]. Empty when there is none.
std::optional<StoredWeight> match_stored_weight(const ir::Graph& graph, ir::Value value);

}  // namespace hearth::passes
