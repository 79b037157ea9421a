// What stands behind the public handles of hearth/core.hpp.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "hearth/core.hpp"
#include "ir/graph.h"
#include "runtime/plan.h"
#include "runtime/session.h"

namespace hearth {

class Model::Impl {
 public:
  explicit Impl(ir::Graph g);
  ir::Graph graph;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

class CompiledModel::Impl {
 public:
  Impl(const Model::Impl& model, const runtime::Settings& settings);
  /// Where the model's requests run; made when the first one asks.
  std::shared_ptr<runtime::Streams> streams() const;
  std::shared_ptr<const runtime::Plan> plan;
  std::vector<Port> inputs;
  std::vector<Port> outputs;

 private:
  mutable std::once_flag streams_once_;
  mutable std::shared_ptr<runtime::Streams> streams_;
};

}  // namespace hearth

namespace hearth::runtime {

/// A model from a graph made in memory (a Hugging Face folder or a GGUF file, through frontends).
Model make_model(ir::Graph graph);

}  // namespace hearth::runtime
