// What the graph tells about the elements of small integer tensors: interval arithmetic over the
// ops that models compute shapes with. The walk goes backwards from one value and is bounded in
// depth and in nodes, so that a hostile graph costs no more than an honest one.
#include <algorithm>
#include <map>

#include "base/decode.h"
#include "ir/interval.h"
#include "ir/ops/slice.h"
#include "ir/ops/slice_math.h"
#include "ir/schema.h"

namespace hearth::ir {
namespace {

using Ranges = std::vector<ValueRange>;
using Known = std::optional<Ranges>;

constexpr size_t kMaxElements = 64;  // shapes have fewer, and so do lists of axes
constexpr int kMaxDepth = 64;
constexpr int kMaxNodes = 1024;

class Walk;
using Rule = Known (*)(Walk&, const Node&, int32_t port);

class Walk {
 public:
  explicit Walk(const Graph& graph) : graph_(graph) {}

  /// What is known of input `i` of a node, or of any value.
  Known input(const Node& node, size_t i) {
    return i < node.inputs.size() && node.inputs[i] ? value(node.inputs[i]) : std::nullopt;
  }
  Known value(Value v);
  /// All elements of an input, when they are exact.
  std::optional<std::vector<int64_t>> exact_input(const Node& node, size_t i);
  const OutputInfo& info(const Node& node, size_t i) const { return graph_.info(node.inputs[i]); }

 private:
  Known compute(Value v);
  const Graph& graph_;
  std::map<Value, Known> memo_;
  int depth_ = 0;
  int nodes_ = 0;
};

Known elementwise(Walk& walk, const Node& node) {
  const Known a = walk.input(node, 0), b = walk.input(node, 1);
  if (!a || !b) return std::nullopt;
  if (a->size() != b->size() && a->size() != 1 && b->size() != 1) return std::nullopt;
  const Combine combine = interval_rule(node.op);
  Ranges out;
  for (size_t k = 0; k < (a->size() == 1 ? b->size() : a->size()); ++k) {
    const ValueRange r = combine(node, (*a)[a->size() == 1 ? 0 : k], (*b)[b->size() == 1 ? 0 : k]);
    // Wholly beyond int64: what is computed wraps around.
    out.push_back(r.min == kHigh || r.max == kLow ? ValueRange{} : r);
  }
  return out;
}

Known constant(Walk&, const Node& node, int32_t) {
  const OutputInfo& info = node.outputs[0];
  const size_t count = shape_size(info.shape.to_shape());
  if (node.data.size() < byte_size(info.type, count)) return std::nullopt;
  const Bytes bytes = node.data.materialized();
  Ranges out;
  for (size_t k = 0; k < count; ++k) {
    const int64_t v = read_int(info.type, bytes.data(), k);
    out.push_back(ValueRange::exactly(info.type == ElementType::u64 && v < 0 ? kHigh : v));
  }
  return out;
}

Known shape_of(Walk& walk, const Node& node, int32_t) {
  const PartialShape& shape = walk.info(node, 0).shape;
  if (!shape.rank_is_static() || shape.rank() > kMaxElements) return std::nullopt;
  Ranges out;
  for (const Dimension& d : shape)
    out.push_back({d.min(), d.max() == Dimension::kUnbounded ? kHigh : d.max()});
  return out;
}

// Reshapes of one element or of a vector keep the elements and their order.
Known same_elements(Walk& walk, const Node& node, int32_t) { return walk.input(node, 0); }

Known concat(Walk& walk, const Node& node, int32_t) {
  Ranges out;
  for (size_t k = 0; k < node.inputs.size(); ++k) {
    const Known part = walk.input(node, k);
    if (!part || out.size() + part->size() > kMaxElements) return std::nullopt;
    out.insert(out.end(), part->begin(), part->end());
  }
  return out;
}

Known gather(Walk& walk, const Node& node, int32_t) {
  const Known data = walk.input(node, 0);
  const auto indices = walk.exact_input(node, 1);
  if (!data || !indices) return std::nullopt;
  Ranges out;
  const auto size = static_cast<int64_t>(data->size());
  for (int64_t index : *indices) {
    if (index < -size || index >= size) return std::nullopt;
    out.push_back((*data)[static_cast<size_t>(index < 0 ? index + size : index)]);
  }
  return out;
}

Known sliced(const Known& data, int64_t start, int64_t stop, int64_t step) {
  if (!data || step == 0) return std::nullopt;
  const auto [first, count] = slice_span(static_cast<int64_t>(data->size()), start, stop, step);
  Ranges out;
  for (int64_t k = 0; k < count; ++k) out.push_back((*data)[static_cast<size_t>(first + k * step)]);
  return out;
}

Known slice(Walk& walk, const Node& node, int32_t) {
  const auto start = walk.exact_input(node, 1), stop = walk.exact_input(node, 2),
             step = walk.exact_input(node, 3);
  if (!start || !stop || !step || start->size() != 1 || stop->size() != 1 || step->size() != 1)
    return std::nullopt;
  return sliced(walk.input(node, 0), (*start)[0], (*stop)[0], (*step)[0]);
}

Known strided_slice(Walk& walk, const Node& node, int32_t) {
  Known data = walk.input(node, 0);
  const auto begin = walk.exact_input(node, 1), end = walk.exact_input(node, 2);
  const auto strides = node.inputs.size() > 3 ? walk.exact_input(node, 3) : std::vector<int64_t>{1};
  if (!data || !begin || !end || !strides || begin->size() != 1 || end->size() != 1 ||
      strides->size() != 1)
    return std::nullopt;
  const auto steps = slice_steps(slice_masks(node), 1, 1);
  if (steps.size() != 1) return std::nullopt;
  const auto [from_start, to_end] = whole_axis((*strides)[0]);
  const int64_t start = steps[0].from_start ? from_start : (*begin)[0];
  switch (steps[0].kind) {
    case SliceStep::Kind::copy:
      return data;
    case SliceStep::Kind::slice:
      return sliced(data, start, steps[0].to_end ? to_end : (*end)[0], (*strides)[0]);
    case SliceStep::Kind::shrink:
      return sliced(data, start, start == -1 || start == kHigh ? kHigh : start + 1, 1);
    default:
      return std::nullopt;
  }
}

Known reduce_prod(Walk& walk, const Node& node, int32_t) {
  Known data = walk.input(node, 0);
  const auto axes = walk.exact_input(node, 1);
  if (!data || !axes) return std::nullopt;
  if (axes->empty()) return data;
  ValueRange all = ValueRange::exactly(1);
  for (const ValueRange& r : *data) all = interval_rule(Op::Multiply)(node, all, r);
  return Ranges{all};
}

Known select(Walk& walk, const Node& node, int32_t) {
  const Known condition = walk.input(node, 0), yes = walk.input(node, 1), no = walk.input(node, 2);
  if (!condition || !yes || !no) return std::nullopt;
  const size_t count = std::max({condition->size(), yes->size(), no->size()});
  const auto at = [](const Known& list, size_t k) { return (*list)[list->size() == 1 ? 0 : k]; };
  for (const Known* list : {&condition, &yes, &no})
    if ((*list)->size() != 1 && (*list)->size() != count) return std::nullopt;
  Ranges out;
  for (size_t k = 0; k < count; ++k) {
    const ValueRange c = at(condition, k), a = at(yes, k), b = at(no, k);
    out.push_back(!c.exact()   ? ValueRange{std::min(a.min, b.min), std::max(a.max, b.max)}
                  : c.min != 0 ? a
                               : b);
  }
  return out;
}

// Part `port` of a vector that a Split or VariadicSplit cuts, by the sizes inferred for the parts.
Known split(Walk& walk, const Node& node, int32_t port) {
  const Known data = walk.input(node, 0);
  if (!data) return std::nullopt;
  size_t first = 0;
  for (int32_t k = 0; k <= port; ++k) {
    const PartialShape& shape = node.outputs[static_cast<size_t>(k)].shape;
    if (!shape.is_static() || shape.rank() != 1) return std::nullopt;
    const auto size = static_cast<size_t>(shape[0].get_length());
    if (size > data->size() - first) return std::nullopt;
    if (k == port)
      return Ranges(data->begin() + static_cast<std::ptrdiff_t>(first),
                    data->begin() + static_cast<std::ptrdiff_t>(first + size));
    first += size;
  }
  return std::nullopt;
}

// One value repeated; a vector stays as it is when the shapes say so.
Known broadcast(Walk& walk, const Node& node, int32_t) {
  Known data = walk.input(node, 0);
  const PartialShape& shape = node.outputs[0].shape;
  if (!data || !shape.is_static() || shape.rank() != 1) return std::nullopt;
  const auto size = static_cast<size_t>(shape[0].get_length());
  if (data->size() == size) return data;
  if (data->size() != 1 || size > kMaxElements) return std::nullopt;
  return Ranges(size, data->front());
}

const std::map<Op, Rule>& rules() {
  static const std::map<Op, Rule> table = {
      {Op::Const, constant},
      {Op::ShapeOf, shape_of},
      {Op::Convert, same_elements},
      {Op::ConvertLike, same_elements},
      {Op::Unsqueeze, same_elements},
      {Op::Squeeze, same_elements},
      {Op::Reshape, same_elements},
      {Op::Concat, concat},
      {Op::Gather, gather},
      {Op::Slice, slice},
      {Op::StridedSlice, strided_slice},
      {Op::Split, split},
      {Op::VariadicSplit, split},
      {Op::Broadcast, broadcast},
      {Op::ReduceProd, reduce_prod},
      {Op::Select, select},
  };
  return table;
}

std::optional<std::vector<int64_t>> Walk::exact_input(const Node& node, size_t i) {
  const Known known = input(node, i);
  if (!known) return std::nullopt;
  std::vector<int64_t> out;
  for (const ValueRange& r : *known) {
    if (!r.exact()) return std::nullopt;
    out.push_back(r.min);
  }
  return out;
}

Known Walk::value(Value v) {
  const auto found = memo_.find(v);
  if (found != memo_.end()) return found->second;
  if (static_cast<size_t>(v.port) >= graph_.node(v).outputs.size()) return std::nullopt;
  const OutputInfo& info = graph_.info(v);
  if (!is_integer(info.type) && info.type != ElementType::boolean) return std::nullopt;
  if (info.shape.rank_is_static() && info.shape.rank() > 1) return std::nullopt;
  if (depth_ >= kMaxDepth || nodes_ >= kMaxNodes) return std::nullopt;
  ++depth_;
  ++nodes_;
  Known out = compute(v);
  --depth_;
  memo_.emplace(v, out);
  return out;
}

Known Walk::compute(Value v) {
  const OutputInfo& info = graph_.info(v);
  const Dimension count = !info.shape.rank_is_static() ? Dimension::dynamic()
                          : info.shape.rank() == 0     ? Dimension(1)
                                                       : info.shape[0];
  if (count.min() > static_cast<int64_t>(kMaxElements)) return std::nullopt;
  const Node& node = graph_.node(v);
  const auto rule = rules().find(node.op);
  Known out;
  if (rule != rules().end())
    out = rule->second(*this, node, v.port);
  else if (interval_rule(node.op) != nullptr)
    out = elementwise(*this, node);
  if (out && !count.contains(static_cast<int64_t>(out->size()))) out.reset();
  // Of what was not understood, the number of elements may still be known.
  if (!out && count.is_static()) out = Ranges(static_cast<size_t>(count.get_length()));
  if (out)
    for (ValueRange& r : *out) r = within(r, info.type);
  return out;
}

}  // namespace

std::optional<std::vector<ValueRange>> known_values(const Graph& graph, Value value) {
  return Walk(graph).value(value);
}

}  // namespace hearth::ir
