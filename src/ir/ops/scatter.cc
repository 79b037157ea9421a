// ScatterUpdate, ScatterElementsUpdate, ScatterNDUpdate: a copy of the data with some elements
// replaced by, or combined with, updates.
#include <algorithm>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void check_updates(const Inference& i, const PartialShape& wanted) {
  PartialShape common;
  if (!PartialShape::merge(common, wanted, i.shape(2)))
    i.fail("updates have shape [{}], but should have [{}]", i.shape(2).to_string(),
           wanted.to_string());
}

void infer_scatter_update(Inference& i) {
  const ElementType type = i.same_type(0, 2);
  i.expect_integer(1);
  const PartialShape &data = i.shape(0), &indices = i.shape(1);
  if (data.rank_is_static()) {
    const auto axis = known_axis(i, 3, data.rank());
    if (axis && indices.rank_is_static()) {
      PartialShape wanted;
      for (size_t d = 0; d < *axis; ++d) wanted.push_back(data[d]);
      for (const Dimension& d : indices) wanted.push_back(d);
      for (size_t d = *axis + 1; d < data.rank(); ++d) wanted.push_back(data[d]);
      check_updates(i, wanted);
    }
  }
  i.output(0, type, data);
}

void infer_scatter_elements_update(Inference& i) {
  const ElementType type = i.same_type(0, 2);
  i.expect_integer(1);
  const PartialShape &data = i.shape(0), &indices = i.shape(1);
  if (data.rank_is_static()) {
    known_axis(i, 3, data.rank());
    if (indices.rank_is_static() && indices.rank() != data.rank())
      i.fail("data of shape [{}] and indices of shape [{}] should be of one rank", data.to_string(),
             indices.to_string());
  }
  check_updates(i, indices);
  i.output(0, type, data);
}

void infer_scatter_nd_update(Inference& i) {
  const ElementType type = i.same_type(0, 2);
  i.expect_integer(1);
  const PartialShape &data = i.shape(0), &indices = i.shape(1);
  if (indices.rank_is_static() && indices.rank() == 0) i.fail("indices should not be a scalar");
  if (data.rank_is_static() && indices.rank_is_static() &&
      indices[indices.rank() - 1].is_static()) {
    const int64_t tuple = indices[indices.rank() - 1].get_length();
    if (tuple > static_cast<int64_t>(data.rank()))
      i.fail("index tuples of {} do not fit data of rank {}", tuple, data.rank());
    PartialShape wanted(std::vector(indices.begin(), indices.end() - 1));
    for (size_t d = static_cast<size_t>(tuple); d < data.rank(); ++d) wanted.push_back(data[d]);
    check_updates(i, wanted);
  }
  i.output(0, type, data);
}

}  // namespace

OpSchema make_ScatterUpdate_schema() {
  return {.type = "ScatterUpdate",
          .version = "opset3",
          .accepted = {},
          .min_inputs = 4,
          .max_inputs = 4,
          .attributes = {},
          .infer = infer_scatter_update};
}

// opset3 always replaces, which is the default here.
OpSchema make_ScatterElementsUpdate_schema() {
  return {
      .type = "ScatterElementsUpdate",
      .version = "opset12",
      .accepted = {"opset3"},
      .min_inputs = 4,
      .max_inputs = 4,
      .attributes = {word_attr("reduction", {"none", "sum", "prod", "min", "max", "mean"}, "none"),
                     flag_attr("use_init_val", true)},
      .infer = infer_scatter_elements_update};
}

OpSchema make_ScatterNDUpdate_schema() {
  return {
      .type = "ScatterNDUpdate",
      .version = "opset15",
      .accepted = {"opset3", "opset4"},
      .min_inputs = 3,
      .max_inputs = 3,
      .attributes = {word_attr("reduction", {"none", "sum", "sub", "prod", "min", "max"}, "none")},
      .infer = infer_scatter_nd_update};
}

}  // namespace hearth::ir
