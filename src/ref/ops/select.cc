// Select: elements of one of two tensors, of any type.
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {

void eval_Select(Evaluation& e) {
  Tensor& out = e.output(0);
  const std::vector<int64_t> condition = e.ints(0);
  const Shape& shape = out.get_shape();
  walk<3>(shape,
          {broadcast_strides(e.shape(0), shape), broadcast_strides(e.shape(1), shape),
           broadcast_strides(e.shape(2), shape)},
          [&](size_t n, const auto& at) {
            const size_t chosen = condition[at[0]] != 0 ? 1 : 2;
            copy_elements(e.input(chosen), at[chosen], out, n, 1);
          });
}

}  // namespace hearth::ref
