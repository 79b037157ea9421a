// What a model's rt_info says of its compression: the keys and values of NNCF, by which
// optimum-intel and others know a compressed model.
#pragma once

#include "compress/options.h"
#include "ir/graph.h"

namespace hearth::compress {

void record_compression(ir::Graph& graph, const Settings& settings);

}  // namespace hearth::compress
