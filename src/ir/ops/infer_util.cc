#include "ir/ops/infer_util.h"

#include <algorithm>

namespace hearth::ir {
namespace {

template <typename T>
AttrSpec spec(std::string name, AttrKind kind, std::optional<T> fallback) {
  AttrSpec out{std::move(name), kind, {}, {}};
  if (fallback) out.fallback = AttrValue(*fallback);
  return out;
}

}  // namespace

AttrSpec flag_attr(std::string name, std::optional<bool> fallback) {
  return spec(std::move(name), AttrKind::boolean, fallback);
}

AttrSpec integer_attr(std::string name, std::optional<int64_t> fallback) {
  return spec(std::move(name), AttrKind::integer, fallback);
}

AttrSpec number_attr(std::string name, std::optional<double> fallback) {
  return spec(std::move(name), AttrKind::number, fallback);
}

AttrSpec type_attr(std::string name, std::optional<ElementType> fallback) {
  return spec(std::move(name), AttrKind::element_type, fallback);
}

AttrSpec word_attr(std::string name, std::vector<std::string> words,
                   std::optional<std::string> fallback) {
  AttrSpec out = spec(std::move(name), AttrKind::text, fallback);
  out.words = std::move(words);
  return out;
}

AttrSpec auto_broadcast_attr() { return word_attr("auto_broadcast", {"numpy", "none"}, "numpy"); }

PartialShape broadcast_inputs(const Inference& i, size_t first, size_t count) {
  const bool numpy = i.attrs().text("auto_broadcast") == "numpy";
  PartialShape out = i.shape(first);
  for (size_t k = first + 1; k < first + count; ++k) {
    const PartialShape before = out;
    const bool fits = numpy ? PartialShape::broadcast(out, before, i.shape(k))
                            : PartialShape::merge(out, before, i.shape(k));
    if (!fits)
      i.fail("shapes [{}] and [{}] {}", before.to_string(), i.shape(k).to_string(),
             numpy ? "cannot be broadcast" : "should be equal");
  }
  return out;
}

void expect_list(const Inference& i, size_t input) {
  i.expect_integer(input);
  const PartialShape& shape = i.shape(input);
  if (!shape.rank_is_static()) return;
  if (shape.rank() > 1 || (shape.rank() == 1 && shape[0].min() > kMaxListed))
    i.fail("input {} should be a list of at most {} integers, but has shape [{}]", input,
           kMaxListed, shape.to_string());
}

std::optional<std::vector<size_t>> known_axes(const Inference& i, size_t input, size_t rank) {
  expect_list(i, input);
  const auto values = i.values(input);
  if (!values) return std::nullopt;
  std::vector<size_t> axes;
  axes.reserve(values->size());
  for (int64_t v : *values) axes.push_back(i.axis(v, rank));
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

std::optional<size_t> known_axis(const Inference& i, size_t input, size_t rank) {
  i.expect_integer(input);
  expect_scalar(i, input);
  const auto values = i.values(input);
  if (!values) return std::nullopt;
  return i.axis(values->front(), rank);
}

void expect_boolean(const Inference& i, size_t input) {
  if (i.type(input) != ElementType::dynamic && i.type(input) != ElementType::boolean)
    i.fail("input {} should be boolean, but is {}", input, to_string(i.type(input)));
}

void expect_number(const Inference& i, size_t input) {
  if (i.type(input) == ElementType::boolean || i.type(input) == ElementType::string)
    i.fail("input {} should be of a numeric type, but is {}", input, to_string(i.type(input)));
}

void expect_scalar(const Inference& i, size_t input) {
  const PartialShape& shape = i.shape(input);
  if (!shape.rank_is_static() || shape.rank() == 0) return;
  if (shape.rank() > 1 || !shape[0].contains(1))
    i.fail("input {} should be a scalar, but has shape [{}]", input, shape.to_string());
}

Dimension element_count(const PartialShape& shape) {
  if (!shape.rank_is_static()) return Dimension::dynamic();
  Dimension count(1);
  for (const Dimension& d : shape) {
    if (d == Dimension(0)) return 0;
    count = count * d;
  }
  return count;
}

Dimension hull(const Dimension& a, const Dimension& b) {
  const bool open = a.max() == Dimension::kUnbounded || b.max() == Dimension::kUnbounded;
  return {std::min(a.min(), b.min()), open ? Dimension::kUnbounded : std::max(a.max(), b.max())};
}

Dimension merged(const Inference& i, const char* what, const Dimension& a, const Dimension& b) {
  Dimension out;
  if (!Dimension::merge(out, a, b))
    i.fail("{} differs: {} and {}", what, a.to_string(), b.to_string());
  return out;
}

void check_outputs(const Inference& i, size_t produced) {
  if (produced > kMaxOutputs) i.fail("asks for {} outputs; the limit is {}", produced, kMaxOutputs);
  if (i.node().outputs.size() > produced)
    i.fail("has {} outputs connected, but produces {}", i.node().outputs.size(), produced);
}

}  // namespace hearth::ir
