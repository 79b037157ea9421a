// Range, OneHot, NonZero.
#include <algorithm>
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// ceil((stop - start) / step), at least 0. Larger counts than a tensor may have are all alike.
double step_count(Evaluation& e, double start, double stop, double step) {
  if (!std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step) || step == 0)
    e.fail("cannot go from {} to {} in steps of {}", start, stop, step);
  const double count = std::ceil((stop - start) / step);
  if (count > 0x1p40) e.fail("asks for {} elements", count);
  return std::max(count, 0.0);
}

void integer_range(Evaluation& e, ElementType type) {
  int64_t bounds[3];
  for (size_t k = 0; k < 3; ++k) {
    const ElementType from = e.input(k).get_element_type();
    bounds[k] = is_float(from) ? to_integer(load<double>(e.input(k)).front(), ElementType::i64)
                               : e.ints(k).front();
  }
  const auto [start, stop, step] = bounds;
  const double count = step_count(e, static_cast<double>(start), static_cast<double>(stop),
                                  static_cast<double>(step));
  const bool exact = e.node().outputs[0].shape.is_static();  // inference counts integers exactly
  Tensor& out = exact ? e.output(0) : e.output(0, type, {static_cast<size_t>(count)});
  std::vector<uint64_t> y(out.get_size());
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = static_cast<uint64_t>(start) + i * static_cast<uint64_t>(step);
  store(y, out);
}

}  // namespace

void eval_Range(Evaluation& e) {
  const ElementType type = e.node().outputs[0].type;
  if (is_integer(type)) return integer_range(e, type);
  const double start = load<double>(e.input(0)).front(), stop = load<double>(e.input(1)).front(),
               step = load<double>(e.input(2)).front();
  Tensor& out = e.output(0, type, {static_cast<size_t>(step_count(e, start, stop, step))});
  with_number(e, type, [&](auto zero) {
    std::vector<decltype(zero)> y(out.get_size());
    for (size_t i = 0; i < y.size(); ++i)
      y[i] = static_cast<decltype(zero)>(start + static_cast<double>(i) * step);
    store(y, out);
  });
}

// Indices outside of [0, depth), negative ones too, give a row of `off`.
void eval_OneHot(Evaluation& e) {
  Tensor& out = e.output(0);
  const size_t axis = e.axis(e.attrs().integer("axis"), out.get_shape().size());
  const AxisView view = view_axis(out.get_shape(), axis);
  const std::vector<int64_t> indices = e.ints(0);
  for (size_t n = 0; n < out.get_size(); ++n) {
    const size_t o = n / (view.size * view.inner), i = n / view.inner % view.size;
    const bool on = indices[o * view.inner + n % view.inner] == static_cast<int64_t>(i);
    copy_elements(e.input(on ? 2 : 3), 0, out, n, 1);
  }
}

void eval_NonZero(Evaluation& e) {
  const Shape& shape = e.shape(0);
  std::vector<size_t> found;
  with_number(e, e.input(0).get_element_type(), [&](auto zero) {
    const auto x = load<decltype(zero)>(e.input(0));
    for (size_t i = 0; i < x.size(); ++i)
      if (x[i] != 0) found.push_back(i);
  });
  // A scalar counts as one axis of one element when it is not zero.
  const Shape axes = shape.empty() && !found.empty() ? Shape{1} : shape;
  const Strides strides = row_major(axes);
  std::vector<int64_t> y;
  y.reserve(axes.size() * found.size());
  for (size_t d = 0; d < axes.size(); ++d)
    for (size_t i : found) y.push_back(static_cast<int64_t>(i / strides[d] % axes[d]));
  store(y, e.output(0, e.node().outputs[0].type, {axes.size(), found.size()}));
}

}  // namespace hearth::ref
