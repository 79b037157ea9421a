// What becomes of each weight of a model: NNCF's choice of layers, formats and groups.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hearth/compress.hpp"
#include "ir/graph.h"
#include "kernels/quantize/quantize.h"

namespace hearth::compress {

/// A float constant [.., rows, cols] that products or look-ups read; cols is the reduced axis.
struct PlannedWeight {
  ir::NodeId constant = ir::kNoNode;
  std::vector<ir::Use> readers;  ///< of its float value, after Converts
  std::string name;              ///< NNCF's name of the first reader
  std::string tensor;            ///< friendly name of the constant
  Shape shape;
  int64_t rows = 0, cols = 0;  ///< rows of all experts
  bool is_ratio_defining = false;
  std::optional<kernels::QuantizeFormat> format;  ///< empty: stays as it is
  int64_t group = 0;                              ///< cols: one scale a row
  std::string reason;                             ///< why not the format asked for
};

struct Plan {
  std::vector<PlannedWeight> weights;  ///< in NNCF's order
  std::vector<std::string> notes;
};

/// The largest of int8_row_errors() of a weight: asked for only where the ratio is below 1.
using SensitivityOf = std::function<double(const PlannedWeight&)>;

/// Throws bad_input with a sentence for options that exclude each other, as NNCF and optimum-intel
/// do, for a group size that does not divide, and for a model that is compressed already.
Plan make_plan(const ir::Graph& graph, const CompressOptions& options,
               const SensitivityOf& sensitivity_of);

/// Bytes of one compressed weight.
struct CompressedWeight {
  Bytes codes, scales, zero_points, tensor_scale, table;  ///< as the format needs
};

/// Replaces the constants by the decompression sub-graphs that NNCF writes (the same ops, types,
/// shapes and friendly names) and adds rt_info nncf/weight_compression.
void rewrite(ir::Graph& graph, const Plan& plan, const CompressOptions& options,
             const std::function<CompressedWeight(const PlannedWeight&)>& bytes_of);

}  // namespace hearth::compress
