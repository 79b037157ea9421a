// The graph as a value: nodes in a vector, edges as indices. Copying a Graph copies the structure
// and shares the constants. Nodes keep their ids for the life of the graph; removed ones leave a
// hole.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "hearth/element_type.hpp"
#include "hearth/shape.hpp"
#include "ir/attributes.h"

namespace hearth::ir {

enum class Op : uint8_t {
#define HEARTH_OP(name) name,
#include "ir/ops.inc"
#undef HEARTH_OP
};

using NodeId = int32_t;
inline constexpr NodeId kNoNode = -1;

/// One output of one node. A default-made Value is "no input" (an optional input left out).
struct Value {
  NodeId node = kNoNode;
  int32_t port = 0;
  explicit operator bool() const { return node != kNoNode; }
  auto operator<=>(const Value&) const = default;
};

struct OutputInfo {
  ElementType type = ElementType::dynamic;
  PartialShape shape = PartialShape::dynamic();
  std::vector<std::string> names;  ///< tensor names, by which inputs and outputs are addressed
};

/// One element of an rt_info tree, kept as it was read: `<name a="b"> children </name>`.
struct RtInfo {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<RtInfo> children;
  bool operator==(const RtInfo&) const = default;
};

/// What a file said about one port of a node; kept so that it can be written again.
struct PortRtInfo {
  bool is_output = false;
  int32_t port = 0;  ///< position among the inputs or outputs
  std::vector<RtInfo> items;
  bool operator==(const PortRtInfo&) const = default;
};

struct Node {
  Op op{};
  std::string name;  ///< friendly name: the `name` of the layer
  std::vector<Value> inputs;
  Attributes attrs;
  std::vector<OutputInfo> outputs;
  std::vector<RtInfo> rt_info;
  std::vector<PortRtInfo> port_rt_info;
  std::string version;  ///< opset it was read from when that is not the schema's, else ""
  Bytes data;           ///< Const only
  bool removed = false;
};

struct Use {
  NodeId node;
  int32_t input;
};

class Graph {
 public:
  std::string name = "Model0";
  /// Model-level rt_info: the children of `<rt_info>`.
  std::vector<RtInfo> rt_info;

  /// Adds a node, checks it against its schema and infers its outputs. Returns output 0. Throws
  /// bad_input naming the op and the layer. An empty name becomes "<Op>_<id>".
  Value add(Op op, std::vector<Value> inputs, Attributes attrs = {}, std::string node_name = "");
  /// Adds without inference; outputs must be filled in. For readers that infer later.
  NodeId add_raw(Node node);

  Value add_parameter(const std::string& tensor_name, ElementType type, PartialShape shape);
  Value add_constant(ElementType type, const Shape& shape, Bytes data, std::string node_name = "");
  NodeId add_result(Value value, const std::string& tensor_name = "");

  Node& node(NodeId id) { return nodes_[static_cast<size_t>(id)]; }
  const Node& node(NodeId id) const { return nodes_[static_cast<size_t>(id)]; }
  const Node& node(Value value) const { return node(value.node); }
  OutputInfo& info(Value value) {
    return node(value.node).outputs[static_cast<size_t>(value.port)];
  }
  const OutputInfo& info(Value value) const {
    return node(value.node).outputs[static_cast<size_t>(value.port)];
  }
  bool is(Value value, Op op) const { return value && node(value).op == op; }

  /// One past the largest id; ids of removed nodes are in this range too.
  NodeId id_limit() const { return static_cast<NodeId>(nodes_.size()); }
  size_t live_count() const;

  /// In the order in which the model lists them.
  const std::vector<NodeId>& parameters() const { return parameters_; }
  const std::vector<NodeId>& results() const { return results_; }
  /// Assign nodes, in the order in which they were added.
  const std::vector<NodeId>& sinks() const { return sinks_; }
  /// The ReadValue / Assign of a variable; kNoNode when there is none.
  NodeId find_variable(Op op, const std::string& variable_id) const;
  /// The parameter that carries this tensor name (or friendly name); kNoNode when there is none.
  NodeId find_parameter(const std::string& tensor_name) const;
  NodeId find_result(const std::string& tensor_name) const;

  /// Live nodes, every one after its inputs, parameters first in model order, an Assign after the
  /// ReadValue of its variable. Throws bad_input naming a layer when there is a cycle.
  std::vector<NodeId> topological_order() const;
  /// uses[id] lists who reads any output of node id.
  std::vector<std::vector<Use>> uses() const;
  /// Redirects every reader of `from` to `to`. Tensor names move along.
  void replace(Value from, Value to);
  /// Removes one node that nobody reads any more (sinks and results included).
  void remove(NodeId id);
  /// Removes what neither a result nor a sink needs. Parameters stay. Returns how many went.
  size_t prune();

  /// Infers types and shapes of one node, or of all in topological order. Throws bad_input.
  void infer(NodeId id);
  void infer_all();

 private:
  std::vector<Node> nodes_;
  std::vector<NodeId> parameters_;
  std::vector<NodeId> results_;
  std::vector<NodeId> sinks_;
};

/// "MatMul `layers.0.q_proj`" for messages.
std::string describe(const Node& node);

}  // namespace hearth::ir
