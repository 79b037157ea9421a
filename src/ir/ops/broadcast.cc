// Broadcast and Tile: repeating a tensor along axes.
#include <algorithm>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

/// The shape that an integer input spells; unknown elements are open dimensions.
PartialShape spelled_shape(const Inference& i, size_t input) {
  expect_list(i, input);
  if (const auto ranges = i.ranges(input)) {
    PartialShape out;
    for (const ValueRange& r : *ranges) {
      if (r.max < 0) i.fail("the target shape has a negative size {}", r.max);
      out.push_back(r.to_dimension());
    }
    return out;
  }
  const PartialShape& shape = i.shape(input);
  if (!shape.rank_is_static() || shape.rank() == 0 || shape[0].is_dynamic())
    return PartialShape::dynamic();
  return PartialShape::dynamic(static_cast<size_t>(shape[0].get_length()));
}

[[noreturn]] void misfit(const Inference& i, const PartialShape& target) {
  i.fail("shape [{}] cannot be broadcast to [{}]", i.shape(0).to_string(), target.to_string());
}

/// Output dimension `to` when input dimension `from` must be 1 or equal to it.
void check_stretch(const Inference& i, const Dimension& from, const Dimension& to,
                   const PartialShape& target) {
  Dimension common;
  if (!from.contains(1) && !Dimension::merge(common, from, to)) misfit(i, target);
}

PartialShape numpy_target(const Inference& i, const PartialShape& target) {
  const PartialShape& in = i.shape(0);
  if (!in.rank_is_static() || !target.rank_is_static()) return target;
  if (in.rank() > target.rank()) misfit(i, target);
  const size_t skip = target.rank() - in.rank();
  for (size_t d = 0; d < in.rank(); ++d) check_stretch(i, in[d], target[d + skip], target);
  return target;
}

PartialShape explicit_target(const Inference& i, const PartialShape& target) {
  if (i.inputs() < 3) i.fail("mode explicit needs the input axes_mapping");
  expect_list(i, 2);
  const auto mapping = i.values(2);
  const PartialShape& in = i.shape(0);
  if (!mapping || !in.rank_is_static() || !target.rank_is_static()) return target;
  if (mapping->size() != in.rank())
    i.fail("axes_mapping has {} entries for an input of rank {}", mapping->size(), in.rank());
  for (size_t d = 0; d < in.rank(); ++d) {
    const int64_t axis = (*mapping)[d];
    if (axis < 0 || axis >= static_cast<int64_t>(target.rank()) ||
        (d > 0 && axis <= (*mapping)[d - 1]))
      i.fail("axes_mapping should be ascending axes of the target shape [{}], but has {}",
             target.to_string(), axis);
    check_stretch(i, in[d], target[static_cast<size_t>(axis)], target);
  }
  return target;
}

void infer_broadcast(Inference& i) {
  const PartialShape target = spelled_shape(i, 1);
  const std::string& mode = i.attrs().text("mode");
  if (mode == "numpy") return i.output(0, i.type(0), numpy_target(i, target));
  if (mode == "explicit") return i.output(0, i.type(0), explicit_target(i, target));
  PartialShape out;
  if (!PartialShape::broadcast(out, i.shape(0), target)) misfit(i, target);
  i.output(0, i.type(0), out);
}

void infer_tile(Inference& i) {
  expect_list(i, 1);
  const auto repeats = i.ranges(1);
  const PartialShape& in = i.shape(0);
  if (!repeats || !in.rank_is_static()) return i.output(0, i.type(0), PartialShape::dynamic());
  const size_t rank = std::max(in.rank(), repeats->size());
  PartialShape out;
  for (size_t d = 0; d < rank; ++d) {
    const Dimension size = d + in.rank() < rank ? Dimension(1) : in[d + in.rank() - rank];
    const Dimension times = d + repeats->size() < rank
                                ? Dimension(1)
                                : (*repeats)[d + repeats->size() - rank].to_dimension();
    const bool none = size == Dimension(0) || times == Dimension(0);
    out.push_back(none ? Dimension(0) : size * times);
  }
  i.output(0, i.type(0), out);
}

}  // namespace

OpSchema make_Broadcast_schema() {
  return {.type = "Broadcast",
          .version = "opset3",
          .accepted = {"opset1"},
          .min_inputs = 2,
          .max_inputs = 3,
          .attributes = {word_attr("mode", {"numpy", "explicit", "bidirectional"}, "numpy")},
          .infer = infer_broadcast};
}

OpSchema make_Tile_schema() {
  return {.type = "Tile",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {},
          .infer = infer_tile};
}

}  // namespace hearth::ir
