// TopK: the k largest or smallest elements along an axis, and where they stood.
#include <algorithm>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_topk(Inference& i) {
  expect_number(i, 0);
  i.expect_integer(1);
  expect_scalar(i, 1);
  const auto index_type = i.attrs().get<ElementType>("index_element_type");
  if (index_type != ElementType::i32 && index_type != ElementType::i64)
    i.fail("index_element_type should be i32 or i64, but is {}", to_string(index_type));
  PartialShape shape = i.shape(0);
  if (shape.rank_is_static()) {
    Dimension& dim = shape[i.axis(i.attrs().integer("axis"), shape.rank())];
    const auto ranges = i.ranges(1);
    const ValueRange k = ranges && ranges->size() == 1 ? ranges->front() : ValueRange{};
    if (k.max < 0) i.fail("k is {}, but should not be negative", k.max);
    if (k.exact() && dim.max() != Dimension::kUnbounded && k.min > dim.max())
      i.fail("k is {}, but the axis has {} elements", k.min, dim.to_string());
    Dimension most = k.to_dimension();
    if (most.max() == Dimension::kUnbounded || dim.max() == Dimension::kUnbounded)
      most = {most.min(), k.exact() ? k.max : dim.max()};
    else
      most = {most.min(), std::min(most.max(), dim.max())};
    dim = most;
  }
  i.output(0, i.type(0), shape);
  i.output(1, index_type, shape);
}

}  // namespace

// opset1 and opset3 are the same without `stable`.
OpSchema make_TopK_schema() {
  return {
      .type = "TopK",
      .version = "opset11",
      .accepted = {"opset1", "opset3"},
      .min_inputs = 2,
      .max_inputs = 2,
      .outputs = 2,
      .attributes = {integer_attr("axis", {}), word_attr("mode", {"max", "min"}, {}),
                     word_attr("sort", {"value", "index", "none"}, {}),
                     type_attr("index_element_type", ElementType::i32), flag_attr("stable", false)},
      .infer = infer_topk};
}

}  // namespace hearth::ir
