// Data-free AWQ: columns of a weight are brought to the same mean magnitude before it is compressed
// to four bits, and what feeds it makes up for that.
//
// After "AWQ: Activation-aware Weight Quantization" (Lin et al., 2023), in NNCF's form without
// activations: the factor of a column is 1 / mean |W|, for products whose input is the product of
// another product's output (MatMul, Multiply, MatMul: its rows take the inverse), or comes from an
// activation function (a Multiply after it takes the inverse).
#pragma once

#include "compress/plan.h"

namespace hearth::compress {

/// Fills in the factors of the plan's weights, and the products to be inserted. Reads one weight at
/// a time. Left out, where NNCF would change the model: layers whose weight, or whose input on the
/// way from where the inverse goes, has other readers.
void plan_awq(const ir::Graph& graph, Plan& plan, const std::vector<float>& table);

/// A weight that stays as it is but for its factors, in its type.
Bytes scaled_bytes(const ir::Graph& graph, const PlannedWeight& weight);

/// Puts the plan's inserted products into the graph.
void insert_scales(ir::Graph& graph, const Plan& plan);

}  // namespace hearth::compress
