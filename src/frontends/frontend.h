// From an opened model to its graph: picks the family by `model_type`.
#pragma once

#include "frontends/blocks/weights.h"
#include "frontends/model_source.h"
#include "ir/graph.h"

namespace hearth::frontends {

/// Throws bad_input: an unknown model_type is an error that lists the known ones.
ir::Graph build_graph(const ModelSource& source, const BuildOptions& options);

/// The known values of model_type.
std::vector<std::string> known_model_types();

}  // namespace hearth::frontends
