#include "compress/awq.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <unordered_map>

#include "base/decode.h"
#include "compress/decompression.h"
#include "compress/float_rows.h"
#include "ir/builder.h"

namespace hearth::compress {
namespace {

using ir::NodeId;
using ir::Op;
using ir::Value;

using Uses = std::vector<std::vector<ir::Use>>;

constexpr int64_t kElementsAtOnce = 1 << 16;

// use(row, values) for every row of the weight, the factors it has so far applied.
template <typename Use>
void for_each_row(const ir::Graph& graph, const PlannedWeight& weight, Use&& use) {
  const FloatRows rows(weight, graph.node(weight.constant).data);
  const int64_t at_once = std::max<int64_t>(kElementsAtOnce / std::max<int64_t>(weight.cols, 1), 1);
  std::vector<float> values(static_cast<size_t>(at_once * weight.cols));
  for (int64_t first = 0; first < weight.rows; first += at_once) {
    const int64_t count = std::min(at_once, weight.rows - first);
    rows.read(first, count, values.data());
    for (int64_t row = 0; row < count; ++row) use(first + row, values.data() + row * weight.cols);
  }
}

class Awq {
 public:
  Awq(const ir::Graph& graph, Plan& plan, const std::vector<float>& table)
      : graph_(graph), plan_(plan), uses_(graph.uses()), table_(table) {
    for (PlannedWeight& weight : plan.weights) by_reader_[weight.reader] = &weight;
  }

  // NNCF looks for the first pattern everywhere before it looks for the next.
  void run() {
    for (const auto pattern : {&Awq::scaled_product, &Awq::scaled_activation, &Awq::activation})
      for (PlannedWeight& weight : plan_.weights)
        if (is_target(weight))
          if (const NodeId source = (this->*pattern)(input_of(weight)); source != ir::kNoNode)
            balance(weight, source);
  }

 private:
  bool is_target(const PlannedWeight& weight) const {
    return weight.format && !weight.is_embedding && weight.column_factors.empty() &&
           bits_of(code_type(*weight.format, table_)) <= 4 && is_read_once(weight) &&
           !graph_.node(weight.reader).attrs.flag(weight.port == 1 ? "transpose_a" : "transpose_b");
  }

  Value input_of(const PlannedWeight& weight) const {
    return graph_.node(weight.reader).inputs[static_cast<size_t>(1 - weight.port)];
  }

  bool has_one_reader(NodeId node) const { return uses_[static_cast<size_t>(node)].size() == 1; }

  bool is_read_once(const PlannedWeight& weight) const {
    for (NodeId id = weight.constant; id != weight.reader;) {
      if (!has_one_reader(id)) return false;
      id = uses_[static_cast<size_t>(id)][0].node;
    }
    return true;
  }

  // An operand of the Multiply behind `value` that nothing else reads.
  template <typename Predicate>
  NodeId operand(Value value, Predicate wanted) const {
    if (!graph_.is(value, Op::Multiply) || !has_one_reader(value.node)) return ir::kNoNode;
    for (const Value factor : graph_.node(value).inputs)
      if (wanted(factor) && has_one_reader(factor.node)) return factor.node;
    return ir::kNoNode;
  }

  bool is_activation(Value value) const {
    static constexpr Op kActivations[] = {Op::ReLU, Op::Clamp, Op::Sigmoid, Op::Swish};
    return std::any_of(std::begin(kActivations), std::end(kActivations),
                       [&](Op op) { return graph_.is(value, op); });
  }

  NodeId scaled_product(Value input) const {
    return operand(input, [&](Value factor) { return graph_.is(factor, Op::MatMul); });
  }
  NodeId scaled_activation(Value input) const {
    return operand(input, [&](Value factor) { return is_activation(factor); });
  }
  NodeId activation(Value input) const {
    return is_activation(input) && has_one_reader(input.node) ? input.node : ir::kNoNode;
  }

  void balance(PlannedWeight& weight, NodeId source) {
    const PartialShape& shape = graph_.node(source).outputs[0].shape;
    if (!shape.rank_is_static() || shape.rank() == 0) return;
    const int64_t experts = weight.shape.size() == 3 ? static_cast<int64_t>(weight.shape[0]) : 1;
    const PartialShape& input = graph_.info(input_of(weight)).shape;
    if (!input.rank_is_static()) return;
    // Experts that share their input share the factors.
    const bool is_shared = experts > 1 && input.rank() != 3;
    std::vector<float> factors = column_factors(weight, is_shared ? 1 : experts);
    // NaN and infinities stay where they are, so that the weight that has them is named.
    if (!std::all_of(factors.begin(), factors.end(), [](float f) { return f > 0; })) return;
    std::vector<float> inverse(factors.size());
    std::transform(factors.begin(), factors.end(), inverse.begin(), [](float f) { return 1 / f; });
    const auto found = by_reader_.find(source);
    const bool merges = found != by_reader_.end() && can_take_rows(*found->second, weight);
    if (merges)
      found->second->row_factors = repeated(inverse, is_shared ? experts : 1);
    else if (!insert(source, shape, weight.cols, std::move(inverse)))
      return;
    weight.column_factors = repeated(factors, is_shared ? experts : 1);
  }

  bool can_take_rows(const PlannedWeight& source, const PlannedWeight& target) const {
    const bool same_experts = target.shape.size() < 3 || source.shape[0] == target.shape[0];
    return source.shape.size() == target.shape.size() && source.port == 1 && same_experts &&
           source.rows ==
               target.cols *
                   (target.shape.size() == 3 ? static_cast<int64_t>(target.shape[0]) : 1) &&
           source.row_factors.empty() && is_read_once(source);
  }

  static std::vector<float> repeated(const std::vector<float>& values, int64_t times) {
    std::vector<float> out;
    for (int64_t i = 0; i < times; ++i) out.insert(out.end(), values.begin(), values.end());
    return out;
  }

  // 1 / mean |W| over `parts` equal parts of the rows, [parts, cols]; summed row after row in f32
  // as NumPy does.
  std::vector<float> column_factors(const PlannedWeight& weight, int64_t parts) const {
    std::vector<float> sums(static_cast<size_t>(parts * weight.cols), 0.0f);
    const int64_t rows_of_part = weight.rows / parts;
    for_each_row(graph_, weight, [&](int64_t row, const float* values) {
      float* of_part = sums.data() + row / rows_of_part * weight.cols;
      for (int64_t col = 0; col < weight.cols; ++col) of_part[col] += std::abs(values[col]);
    });
    for (float& sum : sums)
      sum = 1 /
            std::max(sum / static_cast<float>(rows_of_part), std::numeric_limits<float>::epsilon());
    return sums;
  }

  // The inverse along the last axis of the source's output, by experts along the first.
  bool insert(NodeId source, const PartialShape& of, int64_t cols, std::vector<float> inverse) {
    const auto experts = inverse.size() / static_cast<size_t>(cols);
    const Dimension& last = of[of.rank() - 1];
    if (!last.is_static() || last.get_length() != cols || (experts > 1 && of.rank() != 3))
      return false;
    Shape shape(of.rank(), 1);
    shape.back() = static_cast<size_t>(cols);
    if (experts > 1) shape.front() = experts;
    plan_.inserted.push_back({source, std::move(shape), std::move(inverse)});
    return true;
  }

  const ir::Graph& graph_;
  Plan& plan_;
  Uses uses_;
  const std::vector<float>& table_;
  std::unordered_map<NodeId, PlannedWeight*> by_reader_;
};

}  // namespace

void plan_awq(const ir::Graph& graph, Plan& plan, const std::vector<float>& table) {
  Awq(graph, plan, table).run();
}

Bytes scaled_bytes(const ir::Graph& graph, const PlannedWeight& weight) {
  const auto out =
      std::make_shared<std::vector<std::byte>>(graph.node(weight.constant).data.size());
  for_each_row(graph, weight, [&](int64_t row, const float* values) {
    for (int64_t col = 0; col < weight.cols; ++col)
      encode_from_f32(weight.type, values + col, static_cast<size_t>(weight.element(row, col)), 1,
                      out->data());
  });
  return {std::span<const std::byte>(*out), out};
}

void insert_scales(ir::Graph& graph, const Plan& plan) {
  const Uses uses = graph.uses();
  for (const InsertedScale& scale : plan.inserted) {
    const std::string name = graph.node(scale.after).name + "/awq_mul";
    const ElementType type = graph.node(scale.after).outputs[0].type;
    std::vector<std::byte> bytes(byte_size(type, scale.factors.size()));
    encode_from_f32(type, scale.factors.data(), 0, scale.factors.size(), bytes.data());
    const Value factors =
        graph.add_constant(type, scale.shape, Bytes::copy_of(bytes), name + "/scale");
    const Value product = ir::Builder(graph).binary(Op::Multiply, {scale.after, 0}, factors, name);
    for (const ir::Use& use : uses[static_cast<size_t>(scale.after)])
      graph.node(use.node).inputs[static_cast<size_t>(use.input)] = product;
  }
}

}  // namespace hearth::compress
