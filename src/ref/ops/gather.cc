// Gather, GatherElements, GatherND. An index outside of the data is an error; OpenVINO reads 0.
#include "ref/ops/elements.h"
#include "ref/ops/index.h"
#include "ref/ops/walk.h"

namespace hearth::ref {

void eval_Gather(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape &data = e.shape(0), &picked = e.shape(1);
  const size_t axis = e.axis(e.ints(2).front(), data.size());
  const int64_t shared = e.attrs().integer("batch_dims");
  const size_t batch = static_cast<size_t>(shared) + (shared < 0 ? picked.size() : 0);
  const std::vector<int64_t> indices = e.ints(1);
  const AxisView view = view_axis(data, axis);
  size_t batches = 1;  // sets of indices; each serves as many consecutive outer rows
  for (size_t d = 0; d < batch; ++d) batches *= data[d];
  const size_t per_batch = batches == 0 ? 0 : indices.size() / batches;
  const size_t rows_per_batch = batches == 0 ? 0 : view.outer / batches;
  for (size_t o = 0; o < view.outer; ++o) {
    for (size_t i = 0; i < per_batch; ++i) {
      const int64_t index = indices[o / rows_per_batch * per_batch + i];
      const size_t from = o * view.size + checked_index(e, index, view.size);
      copy_elements(e.input(0), from * view.inner, out, (o * per_batch + i) * view.inner,
                    view.inner);
    }
  }
}

void eval_GatherElements(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape& data = e.shape(0);
  const size_t axis = e.axis(e.attrs().integer("axis"), data.size());
  const std::vector<int64_t> indices = e.ints(1);
  Strides strides = row_major(data);
  const size_t step = strides[axis];
  strides[axis] = 0;
  walk<1>(out.get_shape(), {strides}, [&](size_t n, const auto& at) {
    const size_t from = at[0] + checked_index(e, indices[n], data[axis]) * step;
    copy_elements(e.input(0), from, out, n, 1);
  });
}

void eval_GatherND(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape &data = e.shape(0), &picked = e.shape(1);
  const auto batch = static_cast<size_t>(e.attrs().integer("batch_dims"));
  const size_t tuple = picked.back();
  const std::vector<int64_t> indices = e.ints(1);
  const Strides strides = row_major(data);
  size_t run = 1, batches = 1;
  for (size_t d = batch + tuple; d < data.size(); ++d) run *= data[d];
  for (size_t d = 0; d < batch; ++d) batches *= data[d];
  const size_t count = indices.size() / tuple;
  const size_t batch_size = batches == 0 ? 0 : e.input(0).get_size() / batches;
  for (size_t n = 0; n < count; ++n) {
    size_t from = n / (count / batches) * batch_size;
    for (size_t t = 0; t < tuple; ++t)
      from += checked_index(e, indices[n * tuple + t], data[batch + t]) * strides[batch + t];
    copy_elements(e.input(0), from, out, n * run, run);
  }
}

}  // namespace hearth::ref
