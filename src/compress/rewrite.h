// A plan carried out on the graph: float constants give way to compressed ones and to the ops that
// decode them.
#pragma once

#include <functional>

#include "compress/plan.h"

namespace hearth::compress {

/// Bytes of one compressed weight. Recipes among them may not refer to the graph, from which the
/// float constant goes. Codes keep the float constant's order of elements.
struct CompressedWeight {
  Bytes codes;
  Bytes scales;        ///< [.., cols / columns_per_scale(), ..] in the place of the columns
  Bytes zero_points;   ///< of formats that have them: as the scales, in the type of the codes
  Bytes tensor_scale;  ///< of nvfp4: f32 [1]
};

/// `bytes_of` applies the factors of the weight (float_rows.h) before it compresses. The sub-graphs
/// are those that NNCF writes: the same ops, types, shapes and friendly names. Sets the rt_info
/// nncf/weight_compression and takes away the runtime option that asks for a cache of f16, as
/// optimum-intel does.
void rewrite(ir::Graph& graph, const Plan& plan, const CompressOptions& options,
             const std::function<CompressedWeight(const PlannedWeight&)>& bytes_of);

}  // namespace hearth::compress
