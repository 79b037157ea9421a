// Concat, Split, VariadicSplit: joining and cutting along one axis.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_concat(Inference& i) {
  ElementType type = ElementType::dynamic;
  PartialShape joined = PartialShape::dynamic();
  std::optional<size_t> axis;
  Dimension total(0);
  for (size_t k = 0; k < i.inputs(); ++k) {
    if (type == ElementType::dynamic) type = i.type(k);
    if (i.type(k) != ElementType::dynamic && i.type(k) != type)
      i.fail("inputs should be of one type, but input {} is {} and others are {}", k,
             to_string(i.type(k)), to_string(type));
    PartialShape part = i.shape(k);
    if (!part.rank_is_static()) {
      total = total + Dimension::dynamic();
      continue;
    }
    if (part.rank() == 0) i.fail("input {} is a scalar, which has no axis to join along", k);
    if (!axis) axis = i.axis(i.attrs().integer("axis"), part.rank());
    if (*axis >= part.rank())
      i.fail("axis {} is outside of input {}, of rank {}", *axis, k, part.rank());
    total = total + part[*axis];
    part[*axis] = Dimension::dynamic();
    const PartialShape before = joined;
    if (!PartialShape::merge(joined, before, part))
      i.fail("input {} has shape [{}], which does not fit the others ([{}] but for axis {})", k,
             i.shape(k).to_string(), before.to_string(), *axis);
  }
  if (axis) joined[*axis] = total;
  i.output(0, type, joined);
}

void infer_split(Inference& i) {
  const int64_t parts = i.attrs().integer("num_splits");
  if (parts < 1 || parts > static_cast<int64_t>(kMaxOutputs))
    i.fail("num_splits is {}, but should be from 1 to {}", parts, kMaxOutputs);
  check_outputs(i, static_cast<size_t>(parts));
  PartialShape part = i.shape(0);
  if (part.rank_is_static()) {
    if (const auto axis = known_axis(i, 1, part.rank())) {
      Dimension& dim = part[*axis];
      if (dim.is_static() && dim.get_length() % parts != 0)
        i.fail("axis {} has {} elements, which {} parts do not divide", *axis, dim.get_length(),
               parts);
      dim = {(dim.min() + parts - 1) / parts,
             dim.max() == Dimension::kUnbounded ? Dimension::kUnbounded : dim.max() / parts};
    } else {
      part = PartialShape::dynamic(part.rank());
    }
  }
  for (size_t k = 0; k < static_cast<size_t>(parts); ++k) i.output(k, i.type(0), part);
}

/// How many parts there are: as many as lengths, or as connected when those cannot be counted.
size_t part_count(const Inference& i) {
  const PartialShape& lengths = i.shape(2);
  if (lengths.rank_is_static() && lengths.rank() != 1)
    i.fail("input 2 lists the lengths and should be a vector, but has shape [{}]",
           lengths.to_string());
  if (!lengths.rank_is_static() || lengths[0].is_dynamic()) return i.node().outputs.size();
  const auto count = static_cast<size_t>(lengths[0].get_length());
  check_outputs(i, count);
  return count;
}

/// What is left of `dim` for the part of length -1.
Dimension rest_of(const Inference& i, const Dimension& dim, int64_t taken) {
  if (dim.max() != Dimension::kUnbounded && dim.max() < taken)
    i.fail("the parts take {} elements of an axis of {}", taken, dim.to_string());
  return {dim.min() > taken ? dim.min() - taken : 0,
          dim.max() == Dimension::kUnbounded ? Dimension::kUnbounded : dim.max() - taken};
}

/// The dimension of every part along the axis that is split, for known lengths.
std::vector<Dimension> part_sizes(const Inference& i, const std::vector<int64_t>& lengths,
                                  const Dimension& dim) {
  int64_t taken = 0;
  bool rest = false;
  for (int64_t length : lengths) {
    if (length < -1 || (length == -1 && rest))
      i.fail("a length is {}; lengths are not negative, but for one -1", length);
    if (length == -1)
      rest = true;
    else if (__builtin_add_overflow(taken, length, &taken))
      i.fail("the lengths are too large");
  }
  if (!rest && !dim.contains(taken))
    i.fail("the parts take {} elements of an axis of {}", taken, dim.to_string());
  std::vector<Dimension> out;
  out.reserve(lengths.size());
  for (int64_t length : lengths)
    out.push_back(length == -1 ? rest_of(i, dim, taken) : Dimension(length));
  return out;
}

void infer_variadic_split(Inference& i) {
  i.expect_integer(2);
  const size_t parts = part_count(i);
  PartialShape part = i.shape(0);
  std::vector<Dimension> sizes(parts);
  std::optional<size_t> axis;
  if (part.rank_is_static()) {
    axis = known_axis(i, 1, part.rank());
    const auto lengths = i.values(2);
    if (axis && lengths) sizes = part_sizes(i, *lengths, part[*axis]);
    if (!axis) part = PartialShape::dynamic(part.rank());
  }
  for (size_t k = 0; k < parts; ++k) {
    if (axis) part[*axis] = sizes[k];
    i.output(k, i.type(0), part);
  }
}

}  // namespace

OpSchema make_Concat_schema() {
  return {.type = "Concat",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 1,
          .max_inputs = OpSchema::kVariadic,
          .attributes = {integer_attr("axis", {})},
          .infer = infer_concat};
}

OpSchema make_Split_schema() {
  return {.type = "Split",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .outputs = OpSchema::kVariadic,
          .attributes = {integer_attr("num_splits", {})},
          .infer = infer_split};
}

OpSchema make_VariadicSplit_schema() {
  return {.type = "VariadicSplit",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 3,
          .max_inputs = 3,
          .outputs = OpSchema::kVariadic,
          .attributes = {},
          .infer = infer_variadic_split};
}

}  // namespace hearth::ir
