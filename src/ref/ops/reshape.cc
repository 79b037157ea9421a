// Reshape, Squeeze, Unsqueeze view their input; Transpose copies.
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

void view(Evaluation& e) {
  const PartialShape& shape = e.node().outputs[0].shape;
  if (!shape.is_static()) e.fail("the output shape is not known, only [{}]", shape.to_string());
  const Shape wanted = shape.to_shape();
  if (shape_size(wanted) != e.input(0).get_size())
    e.fail("{} cannot be seen as {}", e.shape(0).to_string(), wanted.to_string());
  e.set_output(0, e.input(0).reshaped(wanted));
}

}  // namespace

void eval_Reshape(Evaluation& e) { view(e); }
void eval_Unsqueeze(Evaluation& e) { view(e); }
void eval_Squeeze(Evaluation& e) { view(e); }

void eval_Transpose(Evaluation& e) {
  Tensor& out = e.output(0);
  const Strides from = row_major(e.shape(0));
  const std::vector<int64_t> order = e.ints(1);
  std::vector<int64_t> steps(from.rbegin(), from.rend());
  for (size_t d = 0; d < order.size(); ++d)
    steps[d] = static_cast<int64_t>(from[static_cast<size_t>(order[d])]);
  copy_strided(e.input(0), 0, steps, out);
}

}  // namespace hearth::ref
