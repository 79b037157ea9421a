// Reshape, Squeeze, Unsqueeze, Transpose: the same elements under another shape or order of axes.
#include <algorithm>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

/// What Reshape's -1 stands for: the input's elements over those of the other dimensions. Input
/// dimensions that the pattern copies cancel.
Dimension remaining(const Inference& i, const PartialShape& in, const PartialShape& out,
                    size_t hole, const std::vector<bool>& copied) {
  PartialShape have, rest;
  for (size_t d = 0; d < in.rank(); ++d)
    if (d >= copied.size() || !copied[d]) have.push_back(in[d]);
  for (size_t d = 0; d < out.rank(); ++d)
    if (d != hole && !copied[d]) rest.push_back(out[d]);
  const Dimension elements = element_count(have), others = element_count(rest);
  if (others.max() == 0) {
    if (elements.min() > 0) i.fail("-1 cannot be inferred beside a dimension of 0");
    return 1;  // any size would do; this is OpenVINO's choice
  }
  if (elements.is_static() && others.is_static()) {
    if (elements.get_length() % others.get_length() != 0)
      i.fail("{} elements do not divide into rows of {}", elements.get_length(),
             others.get_length());
    return elements.get_length() / others.get_length();
  }
  const bool open = elements.max() == Dimension::kUnbounded;
  const int64_t most =
      open ? Dimension::kUnbounded : elements.max() / std::max<int64_t>(others.min(), 1);
  if (others.max() == Dimension::kUnbounded) return {0, most};
  return {elements.min() / others.max() + (elements.min() % others.max() != 0 ? 1 : 0), most};
}

void check_size(const Inference& i, const PartialShape& in, const PartialShape& out) {
  const Dimension a = element_count(in), b = element_count(out);
  Dimension common;
  if (!Dimension::merge(common, a, b))
    i.fail("shape [{}] has {} elements and [{}] has {}", in.to_string(), a.to_string(),
           out.to_string(), b.to_string());
}

PartialShape reshaped(const Inference& i, const std::vector<ValueRange>& pattern) {
  const PartialShape& in = i.shape(0);
  const bool special_zero = i.attrs().flag("special_zero");
  PartialShape out = PartialShape::dynamic(pattern.size());
  std::vector<bool> copied(pattern.size(), false);
  std::optional<size_t> hole;
  bool unknown_hole = false;
  for (size_t d = 0; d < pattern.size(); ++d) {
    const ValueRange& p = pattern[d];
    const bool in_reach = in.rank_is_static() && d < in.rank();
    if (p.max < -1) i.fail("the pattern has a dimension of {}", p.max);
    if (p == ValueRange::exactly(-1)) {
      if (hole) i.fail("the pattern has more than one -1");
      hole = d;
    } else if (p == ValueRange::exactly(0) && special_zero) {
      if (in.rank_is_static() && !in_reach)
        i.fail("the pattern copies dimension {} of a tensor of rank {}", d, in.rank());
      copied[d] = true;
      if (in_reach) out[d] = in[d];
    } else if (p.min < 0) {
      unknown_hole = true;  // may be -1
    } else {
      out[d] = p.to_dimension();
      if (p.min == 0 && special_zero && in_reach) out[d] = hull(out[d], in[d]);
      if (p.min == 0 && special_zero && !in.rank_is_static()) out[d] = Dimension::dynamic();
    }
  }
  if (unknown_hole || !in.rank_is_static()) return out;
  if (hole)
    out[*hole] = remaining(i, in, out, *hole, copied);
  else
    check_size(i, in, out);
  return out;
}

void infer_reshape(Inference& i) {
  expect_list(i, 1);
  if (const auto values = i.ranges(1)) return i.output(0, i.type(0), reshaped(i, *values));
  i.output(0, i.type(0), PartialShape::dynamic());
}

void infer_unsqueeze(Inference& i) {
  expect_list(i, 1);
  const PartialShape& in = i.shape(0);
  auto values = i.values(1);
  if (!in.rank_is_static() || !values) return i.output(0, i.type(0), PartialShape::dynamic());
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
  const size_t rank = in.rank() + values->size();
  std::vector<bool> added(rank, false);
  for (int64_t v : *values) {
    const size_t axis = i.axis(v, rank);
    if (added[axis]) i.fail("axis {} is added twice", v);
    added[axis] = true;
  }
  PartialShape out;
  size_t next = 0;
  for (size_t d = 0; d < rank; ++d) out.push_back(added[d] ? Dimension(1) : in[next++]);
  i.output(0, i.type(0), out);
}

PartialShape without_ones(const PartialShape& in) {
  PartialShape out;
  for (const Dimension& d : in) {
    if (d == Dimension(1)) continue;
    if (d.contains(1)) return PartialShape::dynamic();  // goes or stays
    out.push_back(d);
  }
  return out;
}

void infer_squeeze(Inference& i) {
  const PartialShape& in = i.shape(0);
  const bool skip = i.attrs().flag("allow_axis_skip");
  if (!in.rank_is_static()) return i.output(0, i.type(0), PartialShape::dynamic());
  if (!i.has_input(1)) return i.output(0, i.type(0), without_ones(in));
  const auto axes = known_axes(i, 1, in.rank());
  if (!axes) return i.output(0, i.type(0), PartialShape::dynamic());
  if (axes->empty()) return i.output(0, i.type(0), without_ones(in));
  PartialShape out;
  for (size_t d = 0; d < in.rank(); ++d) {
    if (!std::binary_search(axes->begin(), axes->end(), d)) {
      out.push_back(in[d]);
    } else if (skip && in[d].is_dynamic() && in[d].contains(1)) {
      return i.output(0, i.type(0), PartialShape::dynamic());
    } else if (!in[d].contains(1)) {
      out.push_back(in[d]);  // as OpenVINO does, though its documentation asks for an error
    }
  }
  i.output(0, i.type(0), out);
}

void infer_transpose(Inference& i) {
  expect_list(i, 1);
  const PartialShape& in = i.shape(0);
  if (!in.rank_is_static()) return i.output(0, i.type(0), in);
  const size_t rank = in.rank();
  const PartialShape& listed = i.shape(1);
  if (listed.rank_is_static() &&
      (listed.rank() != 1 ||
       (!listed[0].contains(0) && !listed[0].contains(static_cast<int64_t>(rank)))))
    i.fail("the order should be empty or have {} entries, but has shape [{}]", rank,
           listed.to_string());
  const auto order = i.values(1);
  if (!order) return i.output(0, i.type(0), PartialShape::dynamic(rank));
  PartialShape out;
  std::vector<bool> seen(rank, false);
  for (size_t d = 0; d < rank; ++d) {
    const int64_t from = order->empty() ? static_cast<int64_t>(rank - 1 - d) : (*order)[d];
    if (from < 0 || from >= static_cast<int64_t>(rank) || seen[static_cast<size_t>(from)])
      i.fail("the order is not a permutation of {} axes: entry {} is {}", rank, d, from);
    seen[static_cast<size_t>(from)] = true;
    out.push_back(in[static_cast<size_t>(from)]);
  }
  i.output(0, i.type(0), out);
}

OpSchema two_inputs(const char* type, void (*infer)(Inference&)) {
  return {.type = type,
          .version = "opset1",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {},
          .infer = infer};
}

}  // namespace

// special_zero: 0 in the pattern copies the dimension of the input.
OpSchema make_Reshape_schema() {
  OpSchema schema = two_inputs("Reshape", infer_reshape);
  schema.attributes = {flag_attr("special_zero", {})};
  return schema;
}

OpSchema make_Unsqueeze_schema() { return two_inputs("Unsqueeze", infer_unsqueeze); }
OpSchema make_Transpose_schema() { return two_inputs("Transpose", infer_transpose); }

// opset15 adds allow_axis_skip: a listed axis may turn out not to be 1 and then stays, so the rank
// is open until its size is known.
OpSchema make_Squeeze_schema() {
  OpSchema schema = two_inputs("Squeeze", infer_squeeze);
  schema.accepted = {"opset15"};
  schema.min_inputs = 1;
  schema.attributes = {flag_attr("allow_axis_skip", false)};
  return schema;
}

}  // namespace hearth::ir
