// Pad: more (or, opset12, fewer) elements at the ends of axes.
#include <algorithm>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

constexpr int64_t kFar = int64_t{1} << 61;  // three of them still fit

/// dim + before + after for intervals of any sign.
Dimension padded(const Inference& i, const Dimension& dim, const ValueRange& before,
                 const ValueRange& after) {
  const auto near = [](int64_t v) { return std::min(std::max(v, -kFar), kFar); };
  const int64_t low = near(dim.min()) + near(before.min) + near(after.min);
  const bool open = dim.max() == Dimension::kUnbounded || before.max > kFar || after.max > kFar;
  const int64_t high = near(dim.max()) + near(before.max) + near(after.max);
  if (!open && high < 0) i.fail("an axis of {} elements loses more than it has", dim.to_string());
  return {std::max<int64_t>(low, 0), open ? Dimension::kUnbounded : high};
}

void infer_pad(Inference& i) {
  expect_list(i, 1);
  expect_list(i, 2);
  if (i.has_input(3)) {
    i.same_type(0, 3);
    expect_scalar(i, 3);
  }
  PartialShape out = i.shape(0);
  if (!out.rank_is_static()) return i.output(0, i.type(0), out);
  const auto before = i.ranges(1), after = i.ranges(2);
  for (const auto* pads : {&before, &after})
    if (*pads && (*pads)->size() != out.rank())
      i.fail("{} pads are given for a tensor of rank {}", (*pads)->size(), out.rank());
  for (size_t d = 0; d < out.rank(); ++d)
    out[d] = before && after ? padded(i, out[d], (*before)[d], (*after)[d]) : Dimension::dynamic();
  i.output(0, i.type(0), out);
}

}  // namespace

OpSchema make_Pad_schema() {
  return {.type = "Pad",
          .version = "opset12",
          .accepted = {"opset1"},
          .min_inputs = 3,
          .max_inputs = 4,
          .attributes = {word_attr("pad_mode", {"constant", "edge", "reflect", "symmetric"}, {})},
          .infer = infer_pad};
}

}  // namespace hearth::ir
