// Runs a graph node by node with the reference ops. Slow and plain on purpose; keeps every value
// only as long as somebody still reads it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hearth/tensor.hpp"
#include "ir/graph.h"
#include "ref/evaluate.h"

namespace hearth::ref {

class Interpreter {
 public:
  /// The graph must outlive the interpreter.
  explicit Interpreter(const ir::Graph& graph);

  /// One tensor per parameter, in model order; returns one per result. Checks types and shapes of
  /// the inputs against the parameters. Variables live on between calls.
  std::vector<Tensor> run(const std::vector<Tensor>& inputs);

  /// Values computed for inner nodes of the graph, for given parameter values: the interpreter
  /// evaluates just what `wanted` needs. Overrides replace what would be computed for a value.
  std::vector<Tensor> evaluate(const std::vector<ir::Value>& wanted,
                               const std::map<ir::Value, Tensor>& overrides);

  States& states() { return states_; }
  void reset_states() { states_.clear(); }

  /// Called with every node and its outputs as they are computed.
  void set_observer(std::function<void(const ir::Node&, const std::vector<Tensor>&)> observer) {
    observer_ = std::move(observer);
  }

 private:
  std::vector<Tensor> compute(const std::vector<ir::Value>& wanted,
                              const std::map<ir::Value, Tensor>& given,
                              const std::vector<ir::NodeId>& sinks);

  const ir::Graph& graph_;
  std::vector<ir::NodeId> order_;
  States states_;
  std::function<void(const ir::Node&, const std::vector<Tensor>&)> observer_;
};

}  // namespace hearth::ref
