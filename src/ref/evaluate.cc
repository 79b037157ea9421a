#include "ref/evaluate.h"

#include <algorithm>

#include "base/error.h"
#include "ref/ops/elements.h"

namespace hearth::ref {
namespace {

// Integer inputs up to this size are shown to inference as constants: axes, patterns, bounds.
constexpr size_t kShownElements = 64;

/// The node alone, with inputs of known shapes and, where they matter, known values: its inferred
/// outputs are then exact, or the inputs are refused by the same rules as in a graph.
ir::NodeId isolate(ir::Graph& graph, const ir::Node& node, std::span<const Tensor> inputs) {
  ir::Node alone;
  alone.op = node.op;
  alone.name = node.name;
  alone.attrs = node.attrs;
  alone.version = node.version;
  for (const Tensor& tensor : inputs) {
    const ElementType type = tensor.get_element_type();
    if (!tensor) {
      alone.inputs.emplace_back();
      continue;
    }
    ir::Node source;
    source.op = ir::Op::Parameter;
    source.outputs = {{type, PartialShape(tensor.get_shape()), {}}};
    const bool integers = is_integer(type) || type == ElementType::boolean;
    if (integers && tensor.get_shape().size() <= 1 && tensor.get_size() <= kShownElements) {
      source.op = ir::Op::Const;
      source.data =
          Bytes({static_cast<const std::byte*>(tensor.data()), tensor.get_byte_size()}, nullptr);
    }
    alone.inputs.push_back({graph.add_raw(std::move(source)), 0});
  }
  const ir::NodeId id = graph.add_raw(std::move(alone));
  graph.infer(id);
  return id;
}

bool is_boundary(ir::Op op) {
  return op == ir::Op::Parameter || op == ir::Op::Const || op == ir::Op::ReadValue ||
         op == ir::Op::Assign || op == ir::Op::Result;
}

void check_outputs(const ir::Node& node, const std::vector<Tensor>& outputs) {
  for (size_t k = 0; k < outputs.size() && k < node.outputs.size(); ++k) {
    const ir::OutputInfo& expected = node.outputs[k];
    const Tensor& got = outputs[k];
    if (!expected.shape.accepts(got.get_shape()) ||
        (expected.type != ElementType::dynamic && expected.type != got.get_element_type()))
      bad_input("{}: output {} is {}{}, but the graph says {}[{}]", describe(node), k,
                to_string(got.get_element_type()), got.get_shape().to_string(),
                to_string(expected.type), expected.shape.to_string());
  }
}

}  // namespace

Tensor& Evaluation::output(size_t i, ElementType type, const Shape& shape) {
  if (is_gguf_block(type)) fail("elements of type {} are only read, not made", to_string(type));
  // Sizes beside a 0 count too: other code multiplies them.
  size_t count = 1;
  bool fits = true;
  for (size_t d : shape)
    fits = fits && !__builtin_mul_overflow(count, std::max<size_t>(d, 1), &count) &&
           count <= kMaxTensorBytes;
  const bool sized = type != ElementType::string && type != ElementType::dynamic;
  if (!fits || (sized && byte_size(type, count) > kMaxTensorBytes))
    fail("{}{} is larger than the {} GiB that one tensor may take", to_string(type),
         shape.to_string(), kMaxTensorBytes >> 30);
  set_output(i, Tensor(type, shape));
  Tensor& made = outputs_[i];
  // Elements of packed types are written one at a time into bytes that they share.
  if (is_packed(type) && made.get_size() > 0)
    std::fill_n(static_cast<std::byte*>(made.data()), made.get_byte_size(), std::byte{0});
  return made;
}

Tensor& Evaluation::output(size_t i) {
  const ir::OutputInfo& info = node_.outputs[i];
  if (!info.shape.is_static())
    fail("the shape of output {} is not known, only [{}]", i, info.shape.to_string());
  return output(i, info.type, info.shape.to_shape());
}

void Evaluation::set_output(size_t i, Tensor tensor) {
  if (outputs_.size() <= i) outputs_.resize(i + 1);
  outputs_[i] = std::move(tensor);
}

States& Evaluation::states() const {
  if (states_ == nullptr) fail("needs the variables of a model");
  return *states_;
}

std::vector<int64_t> Evaluation::ints(size_t i) const { return load<int64_t>(input(i)); }

std::vector<float> Evaluation::floats(size_t i) const { return load<float>(input(i)); }

size_t Evaluation::axis(int64_t value, size_t rank) const {
  const auto r = static_cast<int64_t>(rank);
  if (value < -r || value >= r) fail("axis {} is outside of a tensor of rank {}", value, rank);
  return static_cast<size_t>(value < 0 ? value + r : value);
}

void Evaluation::fail_with(const std::string& what) const {
  bad_input("{}: {}", describe(node_), what);
}

namespace {

void refuse_strings(Evaluation& e) {
  e.fail(
      "belongs to a tokenizer, and Hearth runs no tokenizer graphs; it reads them as tokenizers");
}

}  // namespace

Evaluator evaluator(ir::Op op) {
  static constexpr Evaluator kTable[] = {
#define HEARTH_STRING_OP(name) refuse_strings,
#define HEARTH_OP(name) eval_##name,
#include "ir/ops.inc"
#undef HEARTH_OP
  };
  return kTable[static_cast<size_t>(op)];
}

std::vector<Tensor> evaluate(const ir::Node& node, std::span<const Tensor> inputs, States* states) {
  std::vector<Tensor> outputs;
  ir::Graph scratch;
  const ir::Node* concrete = &node;
  if (!is_boundary(node.op)) concrete = &scratch.node(isolate(scratch, node, inputs));
  Evaluation evaluation(*concrete, inputs, outputs, states);
  evaluator(node.op)(evaluation);
  check_outputs(node, outputs);
  return outputs;
}

}  // namespace hearth::ref
