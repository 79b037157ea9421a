// A graph to OpenVINO IR v11: name.xml and name.bin, as OpenVINO itself lays them out. Constants
// stream through, so memory does not grow with the model.
#pragma once

#include <string>

#include "base/staged_output.h"
#include "hearth/progress.hpp"
#include "ir/graph.h"

namespace hearth::ir {

/// Writes both files into `output`, which is not committed. The graph must be free of Hearth's own
/// ops and of GGUF's block types (asserted). Throws failed when the disk is full, interrupted when
/// `progress` says so.
void write_ir(const Graph& graph, const StagedOutput& output, const std::string& name,
              Progress* progress = nullptr);

}  // namespace hearth::ir
