// Slice and StridedSlice.
#include "ir/ops/slice.h"

#include <algorithm>

#include "ir/ops/infer_util.h"
#include "ir/ops/slice_math.h"

namespace hearth::ir {

SliceMasks slice_masks(const Node& node) {
  const auto read = [&](const char* name) { return node.attrs.get<std::vector<int64_t>>(name); };
  return {read("begin_mask"), read("end_mask"), read("new_axis_mask"), read("shrink_axis_mask"),
          read("ellipsis_mask")};
}

std::vector<SliceStep> slice_steps(const SliceMasks& masks, size_t entries, size_t rank) {
  const auto set = [](const std::vector<int64_t>& mask, size_t k) {
    return k < mask.size() && mask[k] != 0;
  };
  size_t taken = 0;  // axes of the input that entries other than the ellipsis describe
  for (size_t k = 0; k < entries; ++k)
    if (!set(masks.ellipsis, k) && !set(masks.new_axis, k)) ++taken;
  if (taken > rank) return {};
  std::vector<SliceStep> steps;
  size_t axis = 0;
  bool ellipsis_seen = false;
  for (size_t k = 0; k < entries; ++k) {
    using Kind = SliceStep::Kind;
    if (set(masks.ellipsis, k)) {
      for (size_t copied = ellipsis_seen ? 0 : rank - taken; copied > 0; --copied)
        steps.push_back({Kind::copy, k, axis++, false, false});
      ellipsis_seen = true;
    } else if (set(masks.new_axis, k)) {
      steps.push_back({Kind::new_axis, k, axis, false, false});
    } else {
      const Kind kind = set(masks.shrink_axis, k) ? Kind::shrink : Kind::slice;
      steps.push_back({kind, k, axis++, set(masks.begin, k), set(masks.end, k)});
    }
  }
  while (axis < rank) steps.push_back({SliceStep::Kind::copy, entries, axis++, false, false});
  return steps;
}

namespace {

// Slice: data, start, stop, step, [axes].
std::optional<std::vector<size_t>> slice_axes(const Inference& i, size_t rank) {
  std::vector<size_t> axes;
  if (i.has_input(4)) {
    const auto values = i.values(4);
    if (!values) return std::nullopt;
    for (int64_t v : *values) axes.push_back(i.axis(v, rank));
    std::vector<size_t> sorted = axes;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
      i.fail("an axis is listed twice");
    return axes;
  }
  const auto starts = i.ranges(1);
  if (!starts) return std::nullopt;
  for (size_t d = 0; d < starts->size(); ++d) axes.push_back(d);
  return axes;
}

void infer_slice(Inference& i) {
  for (size_t k = 1; k < i.inputs(); ++k) expect_list(i, k);
  PartialShape out = i.shape(0);
  if (!out.rank_is_static()) return i.output(0, i.type(0), out);
  const auto axes = slice_axes(i, out.rank());
  if (!axes) return i.output(0, i.type(0), PartialShape::dynamic(out.rank()));
  if (axes->size() > out.rank())
    i.fail("{} axes are sliced of a tensor of rank {}", axes->size(), out.rank());
  const auto starts = i.ranges(1), stops = i.ranges(2), steps = i.ranges(3);
  for (const auto* list : {&starts, &stops, &steps})
    if (*list && (*list)->size() != axes->size())
      i.fail("start, stop, step and axes should be of one length, but have {} and {}",
             (*list)->size(), axes->size());
  for (size_t k = 0; k < axes->size(); ++k) {
    Dimension& dim = out[(*axes)[k]];
    if (steps && (*steps)[k] == ValueRange::exactly(0)) i.fail("the step of an axis is 0");
    if (starts && stops && steps && (*steps)[k].exact())
      dim = slice_count(dim, (*starts)[k], (*stops)[k], (*steps)[k].min);
    else
      dim = {0, dim.max()};
  }
  i.output(0, i.type(0), out);
}

/// How many entries begin, end and strides have; empty when none of them tells.
std::optional<size_t> entry_count(const Inference& i) {
  std::optional<size_t> count;
  for (size_t k = 1; k < i.inputs(); ++k) {
    const PartialShape& shape = i.shape(k);
    if (!shape.rank_is_static()) continue;
    if (shape.rank() != 1)
      i.fail("input {} should be a vector, but has shape [{}]", k, shape.to_string());
    if (shape[0].is_dynamic()) continue;
    const auto entries = static_cast<size_t>(shape[0].get_length());
    if (count && *count != entries)
      i.fail("begin, end and strides should be of one length, but have {} and {}", *count, entries);
    count = entries;
  }
  return count;
}

void infer_strided_slice(Inference& i) {
  for (size_t k = 1; k < i.inputs(); ++k) expect_list(i, k);
  const PartialShape& in = i.shape(0);
  const auto entries = entry_count(i);
  if (!in.rank_is_static() || !entries) return i.output(0, i.type(0), PartialShape::dynamic());
  const SliceMasks masks = slice_masks(i.node());
  if (std::count_if(masks.ellipsis.begin(), masks.ellipsis.end(), [](auto m) { return m != 0; }) >
      1)
    i.fail("ellipsis_mask has more than one ellipsis");
  const auto plan = slice_steps(masks, *entries, in.rank());
  if (plan.empty() && *entries > 0 && in.rank() > 0)
    i.fail("slices more axes than a tensor of rank {} has", in.rank());
  const auto begins = i.ranges(1), ends = i.ranges(2);
  const auto strides =
      i.has_input(3) ? i.ranges(3) : std::vector<ValueRange>(*entries, ValueRange::exactly(1));
  PartialShape out;
  for (const SliceStep& s : plan) {
    using Kind = SliceStep::Kind;
    if (s.kind == Kind::copy) out.push_back(in[s.axis]);
    if (s.kind == Kind::new_axis) out.push_back(1);
    if (s.kind != Kind::slice) continue;
    const ValueRange stride = strides ? (*strides)[s.entry] : ValueRange{};
    if (stride == ValueRange::exactly(0)) i.fail("the stride of axis {} is 0", s.axis);
    if (!stride.exact()) {
      out.push_back({0, in[s.axis].max()});
      continue;
    }
    const auto [from_start, to_end] = whole_axis(stride.min);
    const ValueRange any;
    const ValueRange begin = s.from_start ? ValueRange::exactly(from_start)
                             : begins     ? (*begins)[s.entry]
                                          : any;
    const ValueRange end = s.to_end ? ValueRange::exactly(to_end) : ends ? (*ends)[s.entry] : any;
    out.push_back(slice_count(in[s.axis], begin, end, stride.min));
  }
  i.output(0, i.type(0), out);
}

}  // namespace

OpSchema make_Slice_schema() {
  return {.type = "Slice",
          .version = "opset8",
          .accepted = {},
          .min_inputs = 4,
          .max_inputs = 5,
          .attributes = {},
          .infer = infer_slice};
}

OpSchema make_StridedSlice_schema() {
  const std::vector<int64_t> none;
  return {.type = "StridedSlice",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 3,
          .max_inputs = 4,
          .attributes = {{"begin_mask", AttrKind::integers, {}, {}},
                         {"end_mask", AttrKind::integers, {}, {}},
                         {"new_axis_mask", AttrKind::integers, none, {}},
                         {"shrink_axis_mask", AttrKind::integers, none, {}},
                         {"ellipsis_mask", AttrKind::integers, none, {}}},
          .infer = infer_strided_slice};
}

}  // namespace hearth::ir
