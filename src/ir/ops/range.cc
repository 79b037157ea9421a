// Range, OneHot, NonZero: tensors made from indices and counts.
#include <algorithm>
#include <cmath>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

/// The number of steps from start to stop, for integers.
Dimension step_count(const Inference& i) {
  const auto start = i.ranges(0), stop = i.ranges(1), step = i.ranges(2);
  if (!start || !stop || !step || start->size() != 1 || stop->size() != 1 || step->size() != 1)
    return Dimension::dynamic();
  const ValueRange by = step->front();
  if (by == ValueRange::exactly(0)) i.fail("the step is 0");
  if (!by.exact()) return Dimension::dynamic();
  // 128 bits: the distance of two int64 may take 65.
  const auto count = [&](int64_t from, int64_t to) {
    const __int128 distance =
        by.min > 0 ? static_cast<__int128>(to) - from : static_cast<__int128>(from) - to;
    const __int128 stride = by.min > 0 ? by.min : -static_cast<__int128>(by.min);
    const __int128 steps = distance > 0 ? (distance + stride - 1) / stride : 0;
    return steps > INT64_MAX ? INT64_MAX : static_cast<int64_t>(steps);
  };
  const bool up = by.min > 0;
  const int64_t least = up ? count(start->front().max, stop->front().min)
                           : count(start->front().min, stop->front().max);
  const int64_t most = up ? count(start->front().min, stop->front().max)
                          : count(start->front().max, stop->front().min);
  const bool open = up ? start->front().min == INT64_MIN || stop->front().max == INT64_MAX
                       : start->front().max == INT64_MAX || stop->front().min == INT64_MIN;
  return {least, open ? Dimension::kUnbounded : most};
}

void infer_range(Inference& i) {
  ElementType type = i.attrs().get<ElementType>("output_type");
  bool integers = true;
  for (size_t k = 0; k < 3; ++k) {
    expect_number(i, k);
    expect_scalar(i, k);
    integers = integers && is_integer(i.type(k));
  }
  if (type == ElementType::dynamic) type = i.same_type(0, 1);
  i.output(0, type, {integers ? step_count(i) : Dimension::dynamic()});
}

void infer_one_hot(Inference& i) {
  i.expect_integer(0);
  i.expect_integer(1);
  const ElementType type = i.same_type(2, 3);
  for (size_t k = 1; k < 4; ++k) expect_scalar(i, k);
  const PartialShape& indices = i.shape(0);
  if (!indices.rank_is_static()) return i.output(0, type, PartialShape::dynamic());
  const size_t axis = i.axis(i.attrs().integer("axis"), indices.rank() + 1);
  const auto depth = i.ranges(1);
  if (depth && depth->size() == 1 && depth->front().max < 0)
    i.fail("depth is {}, but should not be negative", depth->front().max);
  std::vector<Dimension> dims(indices.begin(), indices.end());
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis),
              depth && depth->size() == 1 ? depth->front().to_dimension() : Dimension::dynamic());
  i.output(0, type, PartialShape(std::move(dims)));
}

// One column per non-zero element, one row per axis.
void infer_non_zero(Inference& i) {
  const auto type = i.attrs().get<ElementType>("output_type");
  if (type != ElementType::i32 && type != ElementType::i64)
    i.fail("output_type should be i32 or i64, but is {}", to_string(type));
  const PartialShape& in = i.shape(0);
  if (!in.rank_is_static()) return i.output(0, type, PartialShape::dynamic(2));
  const Dimension most = element_count(in);
  const Dimension rows =
      in.rank() == 0 ? Dimension(0, 1) : Dimension(static_cast<int64_t>(in.rank()));
  i.output(0, type, {rows, Dimension(0, most.max())});
}

}  // namespace

// opset1 has no output_type: the result is of the inputs' type.
OpSchema make_Range_schema() {
  return {.type = "Range",
          .version = "opset4",
          .accepted = {"opset1"},
          .min_inputs = 3,
          .max_inputs = 3,
          .attributes = {type_attr("output_type", ElementType::dynamic)},
          .infer = infer_range};
}

OpSchema make_OneHot_schema() {
  return {.type = "OneHot",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 4,
          .max_inputs = 4,
          .attributes = {integer_attr("axis", {})},
          .infer = infer_one_hot};
}

OpSchema make_NonZero_schema() {
  return {.type = "NonZero",
          .version = "opset3",
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = 1,
          .attributes = {type_attr("output_type", ElementType::i64)},
          .infer = infer_non_zero};
}

}  // namespace hearth::ir
