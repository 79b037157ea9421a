// TopK. Equal elements come in the order of their positions; NaN counts as larger than any number.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

template <typename W>
bool is_smaller(W a, W b) {
  if constexpr (kIsFloat<W>)
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a);
  return a < b;
}

}  // namespace

void eval_TopK(Evaluation& e) {
  const bool largest = e.attrs().text("mode") == "max";
  const bool by_index = e.attrs().text("sort") == "index";
  const size_t axis = e.axis(e.attrs().integer("axis"), e.shape(0).size());
  const AxisView view = view_axis(e.shape(0), axis);
  Tensor& values = e.output(0);
  const Shape& shape = values.get_shape();
  const size_t k = shape[axis];
  with_number(e, values.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    const std::vector<W> x = load<W>(e.input(0));
    std::vector<W> best(values.get_size());
    std::vector<int64_t> where(best.size()), order(view.size);
    for (size_t line = 0; line < view.outer * view.inner; ++line) {
      const size_t o = line / view.inner, r = line % view.inner;
      const auto at = [&](int64_t i) {
        return x[(o * view.size + static_cast<size_t>(i)) * view.inner + r];
      };
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        return largest ? is_smaller(at(b), at(a)) : is_smaller(at(a), at(b));
      });
      if (by_index) std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k));
      for (size_t i = 0; i < k; ++i) {
        best[(o * k + i) * view.inner + r] = at(order[i]);
        where[(o * k + i) * view.inner + r] = order[i];
      }
    }
    store(best, values);
    store(where, e.output(1));
  });
}

}  // namespace hearth::ref
