// The sub-graph that decodes one compressed weight, as NNCF writes it.
#pragma once

#include "compress/rewrite.h"

namespace hearth::compress {

/// Adds it to the graph; the result is f16 in the shape of the float constant. `table` is of
/// codebook formats.
ir::Value add_decompression(ir::Graph& graph, const PlannedWeight& weight,
                            const std::vector<float>& table, CompressedWeight bytes);

/// Shapes of the codes and of the scales: with groups, the columns' axis becomes [groups, columns
/// of a group], and a scale has one column.
struct CompressedShapes {
  Shape codes;
  Shape scales;
};
CompressedShapes compressed_shapes(const PlannedWeight& weight);

/// The type of the codes; of format codebook it follows from the table.
ElementType code_type(kernels::QuantizeFormat format, const std::vector<float>& table);

}  // namespace hearth::compress
