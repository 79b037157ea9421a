// Model, CompiledModel and Core.
#include "base/error.h"
#include "hearth/core.hpp"
#include "ir/print.h"
#include "ir/xml_reader.h"
#include "runtime/infer_request.h"
#include "runtime/model_impl.h"

namespace hearth {
namespace {

Port make_port(const ir::Node& node, const ir::OutputInfo& info) {
  Port port;
  port.names = info.names;
  port.name = info.names.empty() ? node.name : info.names.front();
  port.element_type = info.type;
  port.shape = info.shape;
  return port;
}

}  // namespace

Model::Impl::Impl(ir::Graph g) : graph(std::move(g)) {
  for (ir::NodeId id : graph.parameters())
    inputs.push_back(make_port(graph.node(id), graph.node(id).outputs[0]));
  for (ir::NodeId id : graph.results())
    outputs.push_back(make_port(graph.node(id), graph.info(graph.node(id).inputs[0])));
}

const std::vector<Port>& Model::inputs() const { return impl_->inputs; }
const std::vector<Port>& Model::outputs() const { return impl_->outputs; }
size_t Model::size() const { return impl_->graph.live_count(); }
std::string Model::to_string() const { return ir::print(impl_->graph); }

CompiledModel::Impl::Impl(const Model::Impl& model, const runtime::Settings& settings)
    : plan(runtime::make_plan(model.graph, settings)),
      inputs(model.inputs),
      outputs(model.outputs) {}

std::shared_ptr<runtime::Streams> CompiledModel::Impl::streams() const {
  std::call_once(streams_once_, [this] {
    const runtime::Settings& s = plan->settings;
    streams_ = std::make_shared<runtime::Streams>(s.streams, s.threads, s.cpus);
  });
  return streams_;
}

const std::vector<Port>& CompiledModel::inputs() const { return impl_->inputs; }
const std::vector<Port>& CompiledModel::outputs() const { return impl_->outputs; }

InferRequest CompiledModel::create_infer_request() const {
  return InferRequest(std::make_shared<InferRequest::Impl>(impl_));
}

Any CompiledModel::get_property(const std::string& name) const {
  return runtime::property_value(name, impl_->plan->settings);
}

std::string CompiledModel::explain() const { return runtime::explain(*impl_->plan); }

Model Core::read_model(const std::filesystem::path& model,
                       const std::filesystem::path& weights) const {
  return runtime::make_model(ir::read_ir(model, weights));
}

CompiledModel Core::compile_model(const Model& model, const std::string& device,
                                  const AnyMap& properties) const {
  if (device != "CPU")
    bad_input("there is no device `{}`; available are {}", device,
              fmt::join(get_available_devices(), ", "));
  const runtime::Settings settings = runtime::read_settings(properties, model.impl().graph);
  return CompiledModel(std::make_shared<CompiledModel::Impl>(model.impl(), settings));
}

CompiledModel Core::compile_model(const std::filesystem::path& model, const std::string& device,
                                  const AnyMap& properties) const {
  return compile_model(read_model(model), device, properties);
}

std::vector<std::string> Core::get_available_devices() const { return {"CPU"}; }

Any Core::get_property(const std::string& device, const std::string& name) const {
  if (device != "CPU") bad_input("there is no device `{}`; available are CPU", device);
  return runtime::property_value(name, runtime::read_settings({}, ir::Graph()));
}

namespace runtime {

Model make_model(ir::Graph graph) { return Model(std::make_shared<Model::Impl>(std::move(graph))); }

}  // namespace runtime
}  // namespace hearth
