// Const, Result and the model's variables. A Parameter has no meaning of its own.
#include "ref/evaluate.h"

namespace hearth::ref {

void eval_Parameter(Evaluation& e) { e.fail("is an input of the model and cannot be evaluated"); }

void eval_Const(Evaluation& e) {
  const ir::Node& node = e.node();
  const auto type = node.attrs.get<ElementType>("element_type");
  const Shape shape = node.attrs.get<PartialShape>("shape").to_shape();
  if (type == ElementType::string) e.fail("string constants cannot be evaluated");
  const size_t bytes = byte_size(type, shape_size(shape));
  if (node.data.size() < bytes)
    e.fail("{}{} takes {} bytes, but there are {}", to_string(type), shape.to_string(), bytes,
           node.data.size());
  // Nobody writes into an input, so the view may as well be of mapped, read-only memory.
  const Bytes data = node.data.materialized();
  e.set_output(0, Tensor(type, shape, const_cast<std::byte*>(data.data()), data.owner()));
}

void eval_Result(Evaluation& e) { e.set_output(0, e.input(0)); }

// The variable, or its initial value; without either, zero elements wherever the size is open.
void eval_ReadValue(Evaluation& e) {
  const ir::OutputInfo& info = e.node().outputs[0];
  const auto found = e.states().find(e.attrs().text("variable_id"));
  if (found != e.states().end()) return e.set_output(0, found->second);
  if (e.has_input(0)) return e.set_output(0, e.input(0));
  if (!info.shape.rank_is_static() || info.type == ElementType::dynamic)
    e.fail("has no initial value, and no shape to make one of");
  Shape shape;
  for (const Dimension& d : info.shape) shape.push_back(static_cast<size_t>(d.min()));
  Tensor& zeros = e.output(0, info.type, shape);
  if (info.type != ElementType::string && zeros.get_size() > 0)
    std::fill_n(static_cast<std::byte*>(zeros.data()), zeros.get_byte_size(), std::byte{0});
}

void eval_Assign(Evaluation& e) {
  e.states()[e.attrs().text("variable_id")] = e.input(0);
  e.set_output(0, e.input(0));
}

}  // namespace hearth::ref
