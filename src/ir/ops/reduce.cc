// Reductions over the axes that input 1 lists, and CumSum.
#include <algorithm>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

PartialShape reduced_shape(const Inference& i) {
  const PartialShape& shape = i.shape(0);
  const bool keep = i.attrs().flag("keep_dims");
  if (!shape.rank_is_static()) return PartialShape::dynamic();
  const auto axes = known_axes(i, 1, shape.rank());
  if (!axes) return keep ? PartialShape::dynamic(shape.rank()) : PartialShape::dynamic();
  PartialShape out;
  for (size_t d = 0; d < shape.rank(); ++d) {
    const bool reduced = std::binary_search(axes->begin(), axes->end(), d);
    if (!reduced) out.push_back(shape[d]);
    if (reduced && keep) out.push_back(1);
  }
  return out;
}

void infer_reduce(Inference& i) {
  expect_number(i, 0);
  i.output(0, i.type(0), reduced_shape(i));
}

void infer_reduce_logical(Inference& i) {
  expect_boolean(i, 0);
  i.output(0, ElementType::boolean, reduced_shape(i));
}

OpSchema reduce(const char* type, const char* version, void (*infer)(Inference&) = infer_reduce) {
  return {.type = type,
          .version = version,
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {flag_attr("keep_dims", false)},
          .infer = infer};
}

void infer_cum_sum(Inference& i) {
  expect_number(i, 0);
  if (i.has_input(1)) {
    i.expect_integer(1);
    expect_scalar(i, 1);
    if (i.shape(0).rank_is_static()) known_axis(i, 1, i.shape(0).rank());
  }
  i.output(0, i.type(0), i.shape(0));
}

}  // namespace

OpSchema make_ReduceMean_schema() { return reduce("ReduceMean", "opset1"); }
OpSchema make_ReduceSum_schema() { return reduce("ReduceSum", "opset1"); }
OpSchema make_ReduceMax_schema() { return reduce("ReduceMax", "opset1"); }
OpSchema make_ReduceMin_schema() { return reduce("ReduceMin", "opset1"); }
OpSchema make_ReduceProd_schema() { return reduce("ReduceProd", "opset1"); }
OpSchema make_ReduceL1_schema() { return reduce("ReduceL1", "opset4"); }
OpSchema make_ReduceL2_schema() { return reduce("ReduceL2", "opset4"); }

OpSchema make_ReduceLogicalAnd_schema() {
  return reduce("ReduceLogicalAnd", "opset1", infer_reduce_logical);
}

OpSchema make_ReduceLogicalOr_schema() {
  return reduce("ReduceLogicalOr", "opset1", infer_reduce_logical);
}

OpSchema make_CumSum_schema() {
  return {.type = "CumSum",
          .version = "opset3",
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = 2,
          .attributes = {flag_attr("exclusive", false), flag_attr("reverse", false)},
          .infer = infer_cum_sum};
}

}  // namespace hearth::ir
