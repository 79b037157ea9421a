// CumSum: running sums along an axis, in double for floats.
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {

void eval_CumSum(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape& shape = e.shape(0);
  const bool exclusive = e.attrs().flag("exclusive"), reverse = e.attrs().flag("reverse");
  const int64_t listed = e.has_input(1) ? e.ints(1).front() : 0;
  // A scalar has no axis to sum along and counts as one element of axis 0.
  const AxisView view = shape.empty() ? AxisView{} : view_axis(shape, e.axis(listed, shape.size()));
  with_number(e, out.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    using Sum = std::conditional_t<kIsFloat<W>, double, uint64_t>;
    const std::vector<W> x = load<W>(e.input(0));
    std::vector<W> y(x.size());
    for (size_t o = 0; o < view.outer; ++o) {
      for (size_t r = 0; r < view.inner; ++r) {
        Sum sum = 0;
        for (size_t k = 0; k < view.size; ++k) {
          const size_t i = reverse ? view.size - 1 - k : k;
          const size_t at = (o * view.size + i) * view.inner + r;
          const Sum before = sum;
          sum += static_cast<Sum>(x[at]);
          y[at] = static_cast<W>(exclusive ? before : sum);
        }
      }
    }
    store(y, out);
  });
}

}  // namespace hearth::ref
