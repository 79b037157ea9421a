// How Hearth's own products name a stored weight among their inputs: six in a row, of which only
// the first must be there. FullyConnected and EmbeddingLookup have one such weight, behind x or the
// ids; FullyConnectedGroup and GatedFullyConnected have several.
#pragma once

#include <cstddef>

namespace hearth::ir {

inline constexpr size_t kWeight = 0;
inline constexpr size_t kScale = 1;
inline constexpr size_t kZeroPoint = 2;
inline constexpr size_t kTensorScale = 3;
inline constexpr size_t kTable = 4;
inline constexpr size_t kBias = 5;  ///< [N], added to every row of the product
inline constexpr size_t kWeightInputs = 6;

/// Where the weight of product `i` begins.
constexpr size_t product_inputs(size_t i) { return 1 + i * kWeightInputs; }
/// FullyConnected only: rows of the product's shape, added to it.
inline constexpr size_t kAddend = product_inputs(1);

}  // namespace hearth::ir
