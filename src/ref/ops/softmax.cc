// SoftMax and LogSoftmax along one axis, in double.
#include <algorithm>
#include <cmath>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// finish(x - max, sum of e^(x - max)) for every element of a line.
template <typename Finish>
void softmax(Evaluation& e, Finish finish) {
  Tensor& out = e.output(0);
  const size_t axis = e.axis(e.attrs().integer("axis"), e.shape(0).size());
  const AxisView view = view_axis(e.shape(0), axis);
  std::vector<double> x = load<double>(e.input(0));
  for (size_t line = 0; line < view.outer * view.inner; ++line) {
    const size_t start = line / view.inner * view.size * view.inner + line % view.inner;
    const auto at = [&](size_t i) -> double& { return x[start + i * view.inner]; };
    double largest = -INFINITY, sum = 0;
    for (size_t i = 0; i < view.size; ++i) largest = std::max(largest, at(i));
    for (size_t i = 0; i < view.size; ++i) sum += std::exp(at(i) - largest);
    for (size_t i = 0; i < view.size; ++i) at(i) = finish(at(i) - largest, sum);
  }
  store(x, out);
}

}  // namespace

void eval_SoftMax(Evaluation& e) {
  softmax(e, [](double x, double sum) { return std::exp(x) / sum; });
}

void eval_LogSoftmax(Evaluation& e) {
  softmax(e, [](double x, double sum) { return x - std::log(sum); });
}

}  // namespace hearth::ref
