#include "ir/ops/slice_math.h"

#include <algorithm>

namespace hearth::ir {
namespace {

// Longer than any real axis, and far enough from the end of int64 to add to.
constexpr int64_t kEndless = int64_t{1} << 62;

bool crosses_zero(const ValueRange& r) { return r.min < 0 && r.max >= 0; }

int64_t longest(int64_t size, int64_t step) {
  if (step == INT64_MIN) return size > 0 ? 1 : 0;
  const int64_t stride = step < 0 ? -step : step;
  return size / stride + (size % stride != 0 ? 1 : 0);
}

}  // namespace

SliceSpan slice_span(int64_t size, int64_t start, int64_t stop, int64_t step) {
  const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
  const auto cut = [&](int64_t v) { return std::clamp(v < 0 ? v + size : v, low, high); };
  const int64_t from = cut(start), to = cut(stop);
  const int64_t distance = step > 0 ? to - from : from - to;
  return {from, distance > 0 ? longest(distance, step) : 0};
}

// For fixed signs the count grows with one end and falls with the other, so the corners of the
// intervals hold its extremes. The exception is a slice from a position counted from one end to a
// position counted from the other: its count rises and falls again with the size.
Dimension slice_count(const Dimension& size, const ValueRange& start, const ValueRange& stop,
                      int64_t step) {
  const bool open = size.max() == Dimension::kUnbounded;
  if (crosses_zero(start) || crosses_zero(stop))
    return {0, open ? Dimension::kUnbounded : longest(size.max(), step)};
  const int64_t largest = open ? kEndless : size.max();
  int64_t low = INT64_MAX, high = 0;
  bool unbounded = false;
  for (int64_t from : {start.min, start.max}) {
    for (int64_t to : {stop.min, stop.max}) {
      const int64_t at_most = slice_span(largest, from, to, step).count;
      low = std::min({low, at_most, slice_span(size.min(), from, to, step).count});
      high = std::max({high, at_most, slice_span(size.min(), from, to, step).count});
      if (open) {
        const int64_t unit = step > 0 ? 1 : -1;
        unbounded = unbounded || slice_span(largest, from, to, unit).count !=
                                     slice_span(largest + 1, from, to, unit).count;
      }
    }
  }
  const int64_t bound = open ? INT64_MAX : longest(size.max(), step);
  if ((start.min < 0) != (stop.min < 0) && size.is_dynamic()) {
    // The hump between the ends is never longer than either distance from an end of the axis.
    const int64_t from_end = start.min < 0 ? start.min : stop.min;
    const int64_t from_front = start.min < 0 ? stop.max : start.max;
    const bool hump = (step > 0) == (start.min < 0);
    if (hump) {
      const int64_t back = from_end == INT64_MIN ? INT64_MAX : -from_end;
      const int64_t front = from_front == INT64_MAX || step > 0 ? from_front : from_front + 1;
      high = std::max(high, std::min({back, front, bound}));
    }
  }
  return {low, unbounded ? Dimension::kUnbounded : std::min(high, bound)};
}

}  // namespace hearth::ir
