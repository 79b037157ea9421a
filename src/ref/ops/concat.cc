// Concat, Split, VariadicSplit: runs of elements joined and cut along one axis.
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

void split(Evaluation& e) {
  const Tensor& in = e.input(0);
  const size_t axis = e.axis(e.ints(1).front(), e.shape(0).size());
  const AxisView view = view_axis(e.shape(0), axis);
  size_t start = 0;
  for (size_t k = 0; k < e.node().outputs.size(); ++k) {
    Tensor& out = e.output(k);
    const size_t run = out.get_shape()[axis] * view.inner;
    for (size_t o = 0; o < view.outer; ++o)
      copy_elements(in, o * view.size * view.inner + start, out, o * run, run);
    start += run;
  }
}

}  // namespace

void eval_Concat(Evaluation& e) {
  Tensor& out = e.output(0);
  const size_t axis = e.axis(e.attrs().integer("axis"), out.get_shape().size());
  const AxisView view = view_axis(out.get_shape(), axis);
  size_t start = 0;
  for (size_t k = 0; k < e.inputs(); ++k) {
    const size_t run = e.shape(k)[axis] * view.inner;
    for (size_t o = 0; o < view.outer; ++o)
      copy_elements(e.input(k), o * run, out, o * view.size * view.inner + start, run);
    start += run;
  }
}

void eval_Split(Evaluation& e) { split(e); }
void eval_VariadicSplit(Evaluation& e) { split(e); }

}  // namespace hearth::ref
