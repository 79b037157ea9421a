// Reading, compiling and running models: Core, Model, CompiledModel, InferRequest and
// VariableState, as in OpenVINO's runtime. Handles are cheap to copy and share what they stand for.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hearth/any.hpp"
#include "hearth/element_type.hpp"
#include "hearth/properties.hpp"
#include "hearth/shape.hpp"
#include "hearth/tensor.hpp"

namespace hearth {

/// An input or output of a model.
struct Port {
  std::string name;                ///< the tensor name it is addressed by
  std::vector<std::string> names;  ///< all its tensor names
  ElementType element_type = ElementType::dynamic;
  PartialShape shape;
};

/// A graph with its constants; weights stay mapped from their files.
class Model {
 public:
  const std::vector<Port>& inputs() const;
  const std::vector<Port>& outputs() const;
  /// Number of layers.
  size_t size() const;
  /// One line per node.
  std::string to_string() const;

  class Impl;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// One variable of a stateful model, seen from an InferRequest.
class VariableState {
 public:
  std::string get_name() const;
  /// The value, in the type and layout of the IR ([batch, heads, tokens, head size] f32 for
  /// key-value states); a copy.
  Tensor get_state() const;
  void set_state(const Tensor& value);
  /// Back to the initial value.
  void reset();

  class Impl;
  explicit VariableState(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

/// One stream of inferences with tensors and states of its own. Not for two threads at once.
class InferRequest {
 public:
  /// Throws bad_input for an unknown name (listing the known ones), a wrong type or a wrong shape.
  void set_tensor(const std::string& name, const Tensor& tensor);
  /// An input as it was set, or an output of the last infer().
  Tensor get_tensor(const std::string& name) const;
  void set_input_tensor(size_t index, const Tensor& tensor);
  Tensor get_output_tensor(size_t index = 0) const;
  void infer();
  std::vector<VariableState> query_state();
  void reset_state();

  class Impl;
  explicit InferRequest(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

/// A model made ready for a device. May be used from many threads.
class CompiledModel {
 public:
  const std::vector<Port>& inputs() const;
  const std::vector<Port>& outputs() const;
  InferRequest create_infer_request() const;
  /// A property of hearth/properties.hpp. Throws bad_input for an unknown name.
  Any get_property(const std::string& name) const;
  template <typename T>
  T get_property(const Property<T>& property) const {
    return get_property(property.name()).template as<T>();
  }
  /// What was decided and why: passes, kernels with every one refused, memory.
  std::string explain() const;

  class Impl;
  explicit CompiledModel(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }
  const std::shared_ptr<const Impl>& shared_impl() const { return impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

class Core {
 public:
  /// Reads an IR: `model` is the .xml, `weights` the .bin (default: beside it, same name).
  Model read_model(const std::filesystem::path& model,
                   const std::filesystem::path& weights = {}) const;
  CompiledModel compile_model(const Model& model, const std::string& device = "CPU",
                              const AnyMap& properties = {}) const;
  CompiledModel compile_model(const std::filesystem::path& model, const std::string& device = "CPU",
                              const AnyMap& properties = {}) const;
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  CompiledModel compile_model(const Model& model, const std::string& device,
                              Properties&&... properties) const {
    return compile_model(model, device, AnyMap{std::forward<Properties>(properties)...});
  }
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  CompiledModel compile_model(const std::filesystem::path& model, const std::string& device,
                              Properties&&... properties) const {
    return compile_model(model, device, AnyMap{std::forward<Properties>(properties)...});
  }
  /// {"CPU"}.
  std::vector<std::string> get_available_devices() const;
  Any get_property(const std::string& device, const std::string& name) const;
};

}  // namespace hearth
