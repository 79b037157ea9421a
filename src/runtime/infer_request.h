// InferRequest: tensors by name, and the states of one stream of inferences.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/core.hpp"
#include "runtime/model_impl.h"
#include "runtime/session.h"

namespace hearth {

class InferRequest::Impl : public std::enable_shared_from_this<InferRequest::Impl> {
 public:
  explicit Impl(std::shared_ptr<const CompiledModel::Impl> model);

  void set_input(size_t index, const Tensor& tensor);
  void set_by_name(const std::string& name, const Tensor& tensor);
  Tensor get_by_name(const std::string& name) const;
  Tensor output(size_t index) const;
  void infer();

  std::vector<std::string> variables() const;
  Tensor get_state(const std::string& variable) const;
  void set_state(const std::string& variable, const Tensor& value);
  void reset_state(const std::string& variable);
  void reset_all();

 private:
  const runtime::Plan& plan() const { return *model_->plan; }
  void infer_cached();
  void continue_sequences(const Tensor& input_ids);
  const Tensor* input_named(const char* name) const;
  std::shared_ptr<const CompiledModel::Impl> model_;
  runtime::Session session_;
  std::vector<Tensor> inputs_;
  std::vector<Tensor> outputs_;
  // The cache, when the plan has one: a sequence per row of the batch.
  std::shared_ptr<runtime::KvBlocks> blocks_;
  std::vector<runtime::KvSequence> sequences_;
};

class VariableState::Impl {
 public:
  Impl(std::shared_ptr<InferRequest::Impl> owner, std::string variable)
      : request(std::move(owner)), name(std::move(variable)) {}
  std::shared_ptr<InferRequest::Impl> request;
  std::string name;
};

}  // namespace hearth
