// A graph, or an IR, written as an IR whose weights are compressed on the way where that is wished.
#pragma once

#include <filesystem>
#include <optional>

#include "base/staged_output.h"
#include "hearth/compress.hpp"
#include "hearth/progress.hpp"
#include "ir/graph.h"

namespace hearth::compress {

struct WrittenModel {
  size_t layers = 0;          ///< nodes of the graph
  uint64_t weight_bytes = 0;  ///< of the .bin
  std::optional<CompressReport> compression;
};

/// Writes openvino_model.xml and .bin. Throws bad_input, failed (disk full) or interrupted.
WrittenModel write_model(ir::Graph& graph, const std::optional<CompressOptions>& how,
                         const StagedOutput& output, Progress* progress);
/// The same of the IR in a folder.
WrittenModel rewrite_model(const std::filesystem::path& folder, const CompressOptions& how,
                           const StagedOutput& output, Progress* progress);

}  // namespace hearth::compress
