// ScatterUpdate, ScatterElementsUpdate, ScatterNDUpdate.
#include <algorithm>
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/index.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// A copy of the data as output 0.
Tensor& copied_data(Evaluation& e) {
  Tensor& out = e.output(0);
  copy_elements(e.input(0), 0, out, 0, out.get_size());
  return out;
}

template <typename W>
W combined(const std::string& reduction, W old, W update) {
  using U = std::conditional_t<kIsFloat<W>, W, uint64_t>;  // integers wrap
  if (reduction == "prod") return static_cast<W>(static_cast<U>(old) * static_cast<U>(update));
  if (reduction == "min") return std::min(old, update);
  if (reduction == "max") return std::max(old, update);
  if (reduction == "sub") return static_cast<W>(static_cast<U>(old) - static_cast<U>(update));
  return static_cast<W>(static_cast<U>(old) + static_cast<U>(update));  // sum, mean
}

/// Means of integers are rounded down.
template <typename W>
W mean(W sum, size_t count) {
  const W n = static_cast<W>(count);
  if constexpr (kIsFloat<W>) {
    return sum / n;
  } else {
    return static_cast<W>(sum / n - (sum % n < 0 ? 1 : 0));
  }
}

/// Combines update n into element target(n) of the data, for all n.
template <typename Target>
void reduce_into(Evaluation& e, const std::string& reduction, bool use_init, Target target) {
  Tensor& out = e.output(0);
  with_number(e, out.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    std::vector<W> y = load<W>(e.input(0));
    const std::vector<W> updates = load<W>(e.input(2));
    std::vector<size_t> count(y.size(), 0);
    for (size_t n = 0; n < updates.size(); ++n) {
      const size_t at = target(n);
      const bool replace = count[at]++ == 0 && !use_init;
      y[at] = replace ? updates[n] : combined(reduction, y[at], updates[n]);
    }
    if (reduction == "mean")
      for (size_t i = 0; i < y.size(); ++i)
        if (count[i] > 0) y[i] = mean(y[i], count[i] + (use_init ? 1 : 0));
    store(y, out);
  });
}

}  // namespace

void eval_ScatterUpdate(Evaluation& e) {
  const Shape& data = e.shape(0);
  const AxisView view = view_axis(data, e.axis(e.ints(3).front(), data.size()));
  const std::vector<int64_t> indices = e.ints(1);
  Tensor& out = copied_data(e);
  for (size_t o = 0; o < view.outer; ++o) {
    for (size_t i = 0; i < indices.size(); ++i) {
      const size_t to = o * view.size + checked_index(e, indices[i], view.size);
      copy_elements(e.input(2), (o * indices.size() + i) * view.inner, out, to * view.inner,
                    view.inner);
    }
  }
}

void eval_ScatterElementsUpdate(Evaluation& e) {
  const Shape &data = e.shape(0), &shape = e.shape(1);
  const size_t axis = e.axis(e.ints(3).front(), data.size());
  const std::vector<int64_t> indices = e.ints(1);
  for (size_t d = 0; d < data.size(); ++d)
    if (d != axis && shape[d] > data[d])
      e.fail("indices of shape {} reach beyond data of shape {}", shape.to_string(),
             data.to_string());
  Strides strides = row_major(data);
  const size_t step = std::exchange(strides[axis], 0);
  std::vector<size_t> targets(indices.size());
  walk<1>(shape, {strides}, [&](size_t n, const auto& at) {
    targets[n] = at[0] + checked_index(e, indices[n], data[axis]) * step;
  });
  const std::string& reduction = e.attrs().text("reduction");
  if (reduction != "none")
    return reduce_into(e, reduction, e.attrs().flag("use_init_val"),
                       [&](size_t n) { return targets[n]; });
  Tensor& out = copied_data(e);
  for (size_t n = 0; n < targets.size(); ++n) copy_elements(e.input(2), n, out, targets[n], 1);
}

void eval_ScatterNDUpdate(Evaluation& e) {
  const Shape& data = e.shape(0);
  const size_t tuple = e.shape(1).back();
  const std::vector<int64_t> indices = e.ints(1);
  const Strides strides = row_major(data);
  size_t run = 1;
  for (size_t d = tuple; d < data.size(); ++d) run *= data[d];
  const size_t updates = run == 0 ? 0 : e.input(2).get_size() / run;
  std::vector<size_t> targets(updates, 0);
  for (size_t n = 0; n < updates; ++n)
    for (size_t t = 0; t < tuple; ++t)
      targets[n] += checked_index(e, indices[n * tuple + t], data[t]) * strides[t];
  const std::string& reduction = e.attrs().text("reduction");
  if (reduction != "none")
    return reduce_into(e, reduction, true, [&](size_t n) { return targets[n / run] + n % run; });
  Tensor& out = copied_data(e);
  for (size_t n = 0; n < updates; ++n) copy_elements(e.input(2), n * run, out, targets[n], run);
}

}  // namespace hearth::ref
