// What the masks of a StridedSlice say, entry by entry: shared by inference and evaluation.
#pragma once

#include <utility>
#include <vector>

#include "ir/graph.h"

namespace hearth::ir {

struct SliceMasks {
  std::vector<int64_t> begin, end, new_axis, shrink_axis, ellipsis;
};
SliceMasks slice_masks(const Node& node);

/// What happens to one axis: of the input (copy, slice, shrink) or a new one of size 1.
struct SliceStep {
  enum class Kind : uint8_t { copy, slice, shrink, new_axis } kind;
  size_t entry;  ///< of begin, end and strides
  size_t axis;   ///< of the input
  bool from_start;
  bool to_end;
};
/// In the order of the output's axes. Empty when the entries describe more than `rank` axes.
std::vector<SliceStep> slice_steps(const SliceMasks& masks, size_t entries, size_t rank);

/// Start and stop that take a whole axis in the direction of `stride`.
inline std::pair<int64_t, int64_t> whole_axis(int64_t stride) {
  return stride > 0 ? std::pair<int64_t, int64_t>{0, INT64_MAX}
                    : std::pair<int64_t, int64_t>{-1, INT64_MIN};
}

}  // namespace hearth::ir
