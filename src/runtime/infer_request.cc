#include "runtime/infer_request.h"

#include <algorithm>

#include "base/decode.h"
#include "base/error.h"
#include "runtime/kv_state.h"

namespace hearth {
namespace {

int port_index(const std::vector<Port>& ports, const std::string& name) {
  for (size_t i = 0; i < ports.size(); ++i)
    if (ports[i].name == name ||
        std::find(ports[i].names.begin(), ports[i].names.end(), name) != ports[i].names.end())
      return static_cast<int>(i);
  return -1;
}

std::string names_of(const std::vector<Port>& ports) {
  std::string out;
  for (const Port& port : ports) out += (out.empty() ? "" : ", ") + port.name;
  return out;
}

std::vector<int64_t> ints_of(const Tensor& tensor) {
  std::vector<int64_t> out(tensor.get_size());
  const auto* bytes = static_cast<const std::byte*>(tensor.data());
  for (size_t i = 0; i < out.size(); ++i) out[i] = read_int(tensor.get_element_type(), bytes, i);
  return out;
}

}  // namespace

InferRequest::Impl::Impl(std::shared_ptr<const CompiledModel::Impl> model)
    : model_(std::move(model)),
      session_(model_->plan, model_->streams()),
      inputs_(model_->inputs.size()),
      outputs_(model_->outputs.size()) {
  if (plan().cached()) blocks_ = std::make_shared<runtime::KvBlocks>(plan().kv_layouts);
}

void InferRequest::Impl::set_input(size_t index, const Tensor& tensor) {
  if (index >= inputs_.size())
    bad_input("the model has {} inputs, there is no number {}", inputs_.size(), index);
  const Port& port = model_->inputs[index];
  if (port.element_type != ElementType::dynamic && tensor.get_element_type() != port.element_type)
    bad_input("input `{}` takes {}, but the tensor is {}", port.name, to_string(port.element_type),
              to_string(tensor.get_element_type()));
  if (!port.shape.accepts(tensor.get_shape()))
    bad_input("input `{}` takes shape [{}], but the tensor has {}", port.name,
              port.shape.to_string(), tensor.get_shape().to_string());
  inputs_[index] = tensor;
}

void InferRequest::Impl::set_by_name(const std::string& name, const Tensor& tensor) {
  const int index = port_index(model_->inputs, name);
  if (index < 0)
    bad_input("the model has no input `{}`; its inputs are {}", name, names_of(model_->inputs));
  set_input(static_cast<size_t>(index), tensor);
}

Tensor InferRequest::Impl::get_by_name(const std::string& name) const {
  if (const int index = port_index(model_->outputs, name); index >= 0)
    return outputs_[static_cast<size_t>(index)];
  if (const int index = port_index(model_->inputs, name); index >= 0)
    return inputs_[static_cast<size_t>(index)];
  bad_input("the model has no tensor `{}`; its inputs are {}, its outputs {}", name,
            names_of(model_->inputs), names_of(model_->outputs));
}

Tensor InferRequest::Impl::output(size_t index) const {
  if (index >= outputs_.size())
    bad_input("the model has {} outputs, there is no number {}", outputs_.size(), index);
  return outputs_[index];
}

void InferRequest::Impl::infer() {
  for (size_t i = 0; i < inputs_.size(); ++i)
    if (!inputs_[i]) bad_input("input `{}` is not set", model_->inputs[i].name);
  if (plan().cached()) {
    infer_cached();
  } else {
    session_.run(inputs_, nullptr, nullptr);
  }
  for (size_t i = 0; i < outputs_.size(); ++i) outputs_[i] = session_.result(i);
}

const Tensor* InferRequest::Impl::input_named(const char* name) const {
  const int index = port_index(model_->inputs, name);
  return index < 0 ? nullptr : &inputs_[static_cast<size_t>(index)];
}

// Row b of the batch goes on from the sequence that beam_idx[b] names.
void InferRequest::Impl::continue_sequences(const Tensor& input_ids) {
  const size_t rows = input_ids.get_shape()[0];
  if (sequences_.empty()) {
    for (size_t b = 0; b < rows; ++b) sequences_.emplace_back(blocks_);
    return;
  }
  std::vector<int64_t> beams;
  if (const Tensor* beam_idx = input_named("beam_idx")) {
    beams = ints_of(*beam_idx);
  } else {
    for (size_t b = 0; b < sequences_.size(); ++b) beams.push_back(static_cast<int64_t>(b));
  }
  if (beams.size() != rows)
    bad_input("beam_idx has {} entries for a batch of {}", beams.size(), rows);
  std::vector<runtime::KvSequence> next;
  for (int64_t beam : beams) {
    if (beam < 0 || beam >= static_cast<int64_t>(sequences_.size()))
      bad_input("beam_idx names sequence {}, but the state holds {}", beam, sequences_.size());
    next.push_back(sequences_[static_cast<size_t>(beam)]);
  }
  sequences_ = std::move(next);
}

void InferRequest::Impl::infer_cached() {
  const Tensor& ids = *input_named("input_ids");
  continue_sequences(ids);
  const auto tokens = static_cast<int64_t>(ids.get_shape()[1]);
  const int64_t cells = (sequences_.empty() ? 0 : sequences_[0].tokens()) + tokens;
  const Tensor& mask = *input_named("attention_mask");
  if (mask.get_shape() != Shape{ids.get_shape()[0], static_cast<size_t>(cells)})
    bad_input("attention_mask has shape {}, but {} cached and {} new tokens need [{},{}]",
              mask.get_shape().to_string(), cells - tokens, tokens, ids.get_shape()[0], cells);
  const std::vector<int64_t> seen = ints_of(mask);
  runtime::Batch batch;
  for (size_t b = 0; b < sequences_.size(); ++b) {
    batch.add(sequences_[b], static_cast<int64_t>(b) * tokens, tokens);
    const auto* row = seen.data() + static_cast<int64_t>(b) * cells;
    if (std::find(row, row + cells, 0) != row + cells)
      for (int64_t j = 0; j < cells; ++j)
        batch.sequences.back().cell_mask.push_back(row[j] != 0 ? 1 : 0);
  }
  session_.run(inputs_, &batch, blocks_.get());
  for (runtime::KvSequence& sequence : sequences_) sequence.advance(tokens);
}

std::vector<std::string> InferRequest::Impl::variables() const {
  std::vector<std::string> out;
  for (size_t i = 0; i < plan().key_variables.size(); ++i) {
    out.push_back(plan().key_variables[i]);
    out.push_back(plan().value_variables[i]);
  }
  for (ir::NodeId id = 0; id < plan().graph.id_limit(); ++id) {
    const ir::Node& node = plan().graph.node(id);
    if (!node.removed && node.op == ir::Op::ReadValue)
      out.push_back(node.attrs.text("variable_id"));
  }
  return out;
}

Tensor InferRequest::Impl::get_state(const std::string& variable) const {
  if (plan().cached()) return runtime::read_kv_state(plan(), sequences_, variable);
  const auto& states = const_cast<runtime::Session&>(session_).states();
  const auto it = states.find(variable);
  if (it != states.end()) return it->second.clone();
  const ir::NodeId id = plan().graph.find_variable(ir::Op::ReadValue, variable);
  if (id == ir::kNoNode) bad_input("the model has no variable `{}`", variable);
  // Not set yet: no tokens, which is what the dynamic dimensions start from.
  Shape shape;
  for (const Dimension& d : plan().graph.node(id).outputs[0].shape)
    shape.push_back(static_cast<size_t>(d.min()));
  return Tensor(plan().graph.node(id).outputs[0].type, shape);
}

void InferRequest::Impl::set_state(const std::string& variable, const Tensor& value) {
  if (plan().cached()) {
    runtime::write_kv_state(plan(), blocks_, sequences_, variable, value);
  } else {
    session_.states()[variable] = value.clone();
  }
}

void InferRequest::Impl::reset_state(const std::string& variable) {
  if (plan().cached()) {
    sequences_.clear();  // keys and values of all layers count the same tokens: they go together
  } else {
    session_.states().erase(variable);
  }
}

void InferRequest::Impl::reset_all() {
  sequences_.clear();
  session_.states().clear();
}

void InferRequest::set_tensor(const std::string& name, const Tensor& tensor) {
  impl_->set_by_name(name, tensor);
}
Tensor InferRequest::get_tensor(const std::string& name) const { return impl_->get_by_name(name); }
void InferRequest::set_input_tensor(size_t index, const Tensor& tensor) {
  impl_->set_input(index, tensor);
}
Tensor InferRequest::get_output_tensor(size_t index) const { return impl_->output(index); }
void InferRequest::infer() { impl_->infer(); }
void InferRequest::reset_state() { impl_->reset_all(); }

std::vector<VariableState> InferRequest::query_state() {
  std::vector<VariableState> out;
  for (const std::string& variable : impl_->variables())
    out.emplace_back(std::make_shared<VariableState::Impl>(impl_, variable));
  return out;
}

std::string VariableState::get_name() const { return impl_->name; }
Tensor VariableState::get_state() const { return impl_->request->get_state(impl_->name); }
void VariableState::set_state(const Tensor& value) {
  impl_->request->set_state(impl_->name, value);
}
void VariableState::reset() { impl_->request->reset_state(impl_->name); }

}  // namespace hearth
