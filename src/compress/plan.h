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

/// One scale a row, as the value of a group size.
inline constexpr int64_t kWholeRow = -1;

/// A float constant that products or look-ups read. Its axes [reduced_begin, reduced_end) are a
/// row's columns: the last one, but for products that read their weight untransposed [in, out], and
/// for look-ups in tables of more than two axes.
struct PlannedWeight {
  ir::NodeId constant = ir::kNoNode;
  ir::NodeId reader = ir::kNoNode;  ///< the first of them
  std::string name;                 ///< NNCF's name of it
  std::string tensor;               ///< friendly name of the constant
  int port = 0;                     ///< the input of the first reader that it comes in by
  bool is_embedding = false;        ///< the first reader is a Gather
  ElementType type = ElementType::dynamic;
  Shape shape;
  size_t reduced_begin = 0, reduced_end = 0;
  int64_t rows = 0, cols = 0;  ///< rows of all experts
  int64_t column_stride = 1;   ///< elements from a column of a row to the next
  bool is_ratio_defining = false;
  std::optional<kernels::QuantizeFormat> format;  ///< empty: stays as it is
  int64_t group = kWholeRow;                      ///< columns that share a scale, or kWholeRow
  std::string reason;                             ///< why not the format asked for

  /// Of AWQ, or empty: the float weight is multiplied by them before it is compressed
  /// (float_rows.h).
  std::vector<float> column_factors;  ///< [cols], or [experts, cols]
  std::vector<float> row_factors;     ///< [rows]

  int64_t elements() const { return rows * cols; }
  /// Where an element lies in the constant.
  int64_t element(int64_t row, int64_t col) const {
    const int64_t outer = row / column_stride, inner = row % column_stride;
    return (outer * cols + col) * column_stride + inner;
  }
  /// kernels::QuantizeArgs::group.
  int64_t columns_per_scale() const { return group == kWholeRow ? cols : group; }
};

/// A product that AWQ puts between a node and its readers.
struct InsertedScale {
  ir::NodeId after = ir::kNoNode;
  Shape shape;  ///< of the factors, of the rank of the node's output
  std::vector<float> factors;
};

struct Plan {
  std::vector<PlannedWeight> weights;  ///< in NNCF's order
  std::vector<InsertedScale> inserted;
  std::vector<std::string> notes;  ///< what was decided without being asked
};

/// The largest of int8_row_errors() of a weight: asked for only where the ratio is below 1.
using SensitivityOf = std::function<double(const PlannedWeight&)>;

/// Throws bad_input with a sentence for options that exclude each other, as NNCF and optimum-intel
/// do, for a group size that does not divide, and for a model that is compressed already.
Plan make_plan(const ir::Graph& graph, const CompressOptions& options,
               const SensitivityOf& sensitivity_of);

}  // namespace hearth::compress
