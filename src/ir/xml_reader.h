// OpenVINO IR v11 (and v10) to a graph: XML beside raw bytes. Constants point into the mapped
// weights, at whatever offset they lie; nothing is copied.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "ir/graph.h"

namespace hearth::ir {

/// Reads and infers a model. `weights` defaults to the .bin beside the .xml; a model without
/// constants needs none. Layers that no Result or Assign needs are dropped, Parameters stay. Throws
/// bad_input naming the file and the layer.
Graph read_ir(const std::filesystem::path& xml, const std::filesystem::path& weights = {});

/// The same from memory; `source` names it in messages.
Graph parse_ir(std::string_view xml, const Bytes& weights, const std::string& source);

}  // namespace hearth::ir
