// The scalar meaning of every op: plain loops over concrete tensors. This is the oracle that
// passes, kernels and devices are tested against, and what a runtime falls back to for an op
// without a kernel.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "hearth/tensor.hpp"
#include "ir/schema.h"

namespace hearth::ref {

/// The variables of a model: what ReadValue sees and Assign sets. Absent means "initial value".
using States = std::map<std::string, Tensor>;

/// What one evaluated tensor may take: beyond that a model is broken or hostile.
inline constexpr size_t kMaxTensorBytes = size_t{8} << 30;

/// What an evaluation sees. Its node is a copy with outputs inferred from the very inputs, so
/// types, ranks, axes and sizes have been checked by the schema; values inside of larger inputs
/// have not.
class Evaluation {
 public:
  Evaluation(const ir::Node& node, std::span<const Tensor> inputs, std::vector<Tensor>& outputs,
             States* states)
      : node_(node), inputs_(inputs), outputs_(outputs), states_(states) {}

  const ir::Node& node() const { return node_; }
  const ir::Attributes& attrs() const { return node_.attrs; }
  size_t inputs() const { return inputs_.size(); }
  bool has_input(size_t i) const {
    return i < inputs_.size() && inputs_[i].get_element_type() != ElementType::dynamic;
  }
  const Tensor& input(size_t i) const { return inputs_[i]; }
  const Shape& shape(size_t i) const { return inputs_[i].get_shape(); }
  /// Makes output `i`; the memory is not initialised, but for packed types. An output that views an
  /// input is set instead. Fails above kMaxTensorBytes.
  Tensor& output(size_t i, ElementType type, const Shape& shape);
  /// The same with the type and shape that inference gives for the very inputs.
  Tensor& output(size_t i);
  void set_output(size_t i, Tensor tensor);
  States& states() const;

  /// All elements of an integer input.
  std::vector<int64_t> ints(size_t i) const;
  /// All elements of a numeric input as f32 / f64.
  std::vector<float> floats(size_t i) const;
  /// `axis` counted from the front; fails outside of [-rank, rank).
  size_t axis(int64_t value, size_t rank) const;

  /// Throws bad_input: "<op> `<layer>`: <what>".
  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    fail_with(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  [[noreturn]] void fail_with(const std::string& what) const;
  const ir::Node& node_;
  std::span<const Tensor> inputs_;
  std::vector<Tensor>& outputs_;
  States* states_;
};

using Evaluator = void (*)(Evaluation&);
Evaluator evaluator(ir::Op op);

/// Evaluates one node. Missing optional inputs are default-made tensors. `states` may be null for
/// ops that have none. Throws bad_input, also when an output contradicts what the node says of it.
std::vector<Tensor> evaluate(const ir::Node& node, std::span<const Tensor> inputs, States* states);

#define HEARTH_OP(name) void eval_##name(Evaluation&);
#include "ir/ops.inc"
#undef HEARTH_OP

}  // namespace hearth::ref
