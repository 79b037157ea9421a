// Which elements of an axis a slice takes: the arithmetic that Slice and StridedSlice share in
// inference and in evaluation.
#pragma once

#include <cstdint>

#include "ir/schema.h"

namespace hearth::ir {

struct SliceSpan {
  int64_t first;
  int64_t count;
};

/// Elements first, first + step, ... of an axis of `size` elements, `stop` excluded. Negative
/// `start` and `stop` count from the end and both are cut to the axis; step is not 0.
SliceSpan slice_span(int64_t size, int64_t start, int64_t stop, int64_t step);

/// How many elements that is when size, start and stop are intervals.
Dimension slice_count(const Dimension& size, const ValueRange& start, const ValueRange& stop,
                      int64_t step);

}  // namespace hearth::ir
