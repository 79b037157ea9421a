// MVN: (x - mean) / deviation over the listed axes, in double.
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {

void eval_MVN(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape& shape = e.shape(0);
  const double eps = e.attrs().number("eps");
  const bool inside = e.attrs().text("eps_mode") == "inside_sqrt";
  std::vector<bool> reduced(shape.size(), false);
  for (int64_t a : e.ints(1)) reduced[e.axis(a, shape.size())] = true;
  Strides group(shape.size(), 0);  // which mean an element belongs to
  size_t groups = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    if (reduced[d]) continue;
    group[d] = groups;
    groups *= shape[d];
  }
  std::vector<double> x = load<double>(e.input(0));
  const double count = groups == 0 ? 1 : static_cast<double>(x.size() / groups);
  const auto means_of = [&](auto value) {
    std::vector<double> sums(groups, 0.0);
    walk<1>(shape, {group}, [&](size_t n, const auto& at) { sums[at[0]] += value(x[n]); });
    for (double& sum : sums) sum /= count;
    return sums;
  };
  const std::vector<double> means = means_of([](double v) { return v; });
  walk<1>(shape, {group}, [&](size_t n, const auto& at) { x[n] -= means[at[0]]; });
  if (e.attrs().flag("normalize_variance")) {
    const std::vector<double> variances = means_of([](double v) { return v * v; });
    walk<1>(shape, {group}, [&](size_t n, const auto& at) {
      const double variance = variances[at[0]];
      x[n] /= inside ? std::sqrt(variance + eps) : std::sqrt(variance) + eps;
    });
  }
  store(x, out);
}

}  // namespace hearth::ref
