// Slice and StridedSlice.
#include "ir/ops/slice.h"

#include "ir/ops/slice_math.h"
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// Where the output starts in the input, and how far each of its axes steps, in elements.
struct View {
  int64_t start = 0;
  std::vector<int64_t> steps;
};

}  // namespace

void eval_Slice(Evaluation& e) {
  const Shape& shape = e.shape(0);
  const std::vector<int64_t> start = e.ints(1), stop = e.ints(2), step = e.ints(3);
  std::vector<int64_t> axes;
  if (e.has_input(4))
    axes = e.ints(4);
  else
    for (size_t d = 0; d < start.size(); ++d) axes.push_back(static_cast<int64_t>(d));
  const Strides strides = row_major(shape);
  View view{0, {strides.begin(), strides.end()}};
  for (size_t k = 0; k < axes.size(); ++k) {
    const size_t d = e.axis(axes[k], shape.size());
    const auto [first, count] =
        ir::slice_span(static_cast<int64_t>(shape[d]), start[k], stop[k], step[k]);
    if (count > 0) view.start += first * view.steps[d];
    view.steps[d] *= count > 1 ? step[k] : 0;
  }
  copy_strided(e.input(0), view.start, view.steps, e.output(0));
}

void eval_StridedSlice(Evaluation& e) {
  const Shape& shape = e.shape(0);
  const Strides strides = row_major(shape);
  const std::vector<int64_t> begin = e.ints(1), end = e.ints(2);
  const std::vector<int64_t> step =
      e.has_input(3) ? e.ints(3) : std::vector<int64_t>(begin.size(), 1);
  View view;
  for (const ir::SliceStep& s :
       ir::slice_steps(ir::slice_masks(e.node()), begin.size(), shape.size())) {
    using Kind = ir::SliceStep::Kind;
    const int64_t stride = s.kind == Kind::new_axis ? 0 : static_cast<int64_t>(strides[s.axis]);
    const int64_t size = s.kind == Kind::new_axis ? 1 : static_cast<int64_t>(shape[s.axis]);
    if (s.kind == Kind::copy || s.kind == Kind::new_axis) {
      view.steps.push_back(stride);
    } else if (s.kind == Kind::shrink) {
      const int64_t at = s.from_start ? 0 : begin[s.entry];
      if (at < -size || at >= size)
        e.fail("index {} is outside of axis {}, of {} elements", at, s.axis, size);
      view.start += (at < 0 ? at + size : at) * stride;
    } else {
      const auto [from_start, to_end] = ir::whole_axis(step[s.entry]);
      const auto [first, count] = ir::slice_span(size, s.from_start ? from_start : begin[s.entry],
                                                 s.to_end ? to_end : end[s.entry], step[s.entry]);
      if (count > 0) view.start += first * stride;
      view.steps.push_back(count > 1 ? stride * step[s.entry] : 0);
    }
  }
  copy_strided(e.input(0), view.start, view.steps, e.output(0));
}

}  // namespace hearth::ref
