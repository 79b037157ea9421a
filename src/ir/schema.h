// What an op is: its name and opset in an IR, its attributes, and how its output types and shapes
// follow from its inputs. One schema per line of ops.inc, defined in ir/ops/.
#pragma once

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace hearth::ir {

enum class AttrKind { boolean, integer, number, text, integers, element_type, shape };

/// "an integer", "a shape", ... for messages.
const char* kind_name(AttrKind kind);

struct AttrSpec {
  std::string name;
  AttrKind kind;
  std::optional<AttrValue> fallback;  ///< value when absent; required when there is none
  std::vector<std::string> words;     ///< for text: the values allowed, lower case; empty = any
};

/// The values a small integer tensor can have, as far as the graph tells: used to infer the shapes
/// that Reshape, Broadcast, Slice and Range produce from computed shapes.
struct ValueRange {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
  static ValueRange exactly(int64_t v) { return {v, v}; }
  bool exact() const { return min == max; }
  bool operator==(const ValueRange& other) const = default;
  Dimension to_dimension() const;  ///< negative parts are cut off
};

/// Element by element what is known of a rank-0 or rank-1 integer value; empty when not even the
/// number of elements is.
std::optional<std::vector<ValueRange>> known_values(const Graph& graph, Value value);

/// What an inference function sees of its node.
class Inference {
 public:
  Inference(const Graph& graph, const Node& node, std::vector<OutputInfo>& outputs)
      : graph_(graph), node_(node), outputs_(outputs) {}

  const Node& node() const { return node_; }
  const Attributes& attrs() const { return node_.attrs; }
  size_t inputs() const { return node_.inputs.size(); }
  bool has_input(size_t i) const { return i < inputs() && node_.inputs[i]; }
  ElementType type(size_t i) const { return graph_.info(node_.inputs[i]).type; }
  const PartialShape& shape(size_t i) const { return graph_.info(node_.inputs[i]).shape; }

  /// All elements of an integer input, when they are known exactly.
  std::optional<std::vector<int64_t>> values(size_t i) const;
  std::optional<std::vector<ValueRange>> ranges(size_t i) const {
    return known_values(graph_, node_.inputs[i]);
  }
  /// `axis` counted from the front; fails when it is outside of [-rank, rank).
  size_t axis(int64_t value, size_t rank) const;

  void output(size_t i, ElementType type, PartialShape shape);
  /// Fails unless the input has one of these types.
  void expect_float(size_t i) const;
  void expect_integer(size_t i) const;
  /// The type that inputs i and j share; dynamic gives way. Fails when they differ.
  ElementType same_type(size_t i, size_t j) const;

  /// Throws bad_input: "<op> `<layer>`: <what>".
  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    fail_with(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  [[noreturn]] void fail_with(const std::string& what) const;
  const Graph& graph_;
  const Node& node_;
  std::vector<OutputInfo>& outputs_;
};

struct OpSchema {
  std::string type;                   ///< as in the XML
  std::string version;                ///< opset it is written with; kInternal for Hearth's own
  std::vector<std::string> accepted;  ///< further opsets that are read the same way
  size_t min_inputs = 0;
  size_t max_inputs = 0;
  size_t outputs = 1;  ///< kVariadic when the node decides
  std::vector<AttrSpec> attributes;
  void (*infer)(Inference&) = nullptr;

  static constexpr size_t kVariadic = std::numeric_limits<size_t>::max();
  static constexpr const char* kInternal = "hearth";
  bool internal() const { return version == kInternal; }
};

const OpSchema& schema(Op op);
std::string_view to_string(Op op);
/// The op of this XML type (any case) and version; empty when there is none. `known_type` tells
/// whether the type exists under another version.
std::optional<Op> find_op(std::string_view type, std::string_view version,
                          bool* known_type = nullptr);

/// Fills in defaults and checks kinds, words and names against the schema; integers stand for
/// numbers where numbers are asked. Throws bad_input naming the node and the attribute.
void check_attributes(const Node& node, Attributes& attrs);

#define HEARTH_OP(name) OpSchema make_##name##_schema();
#include "ir/ops.inc"
#undef HEARTH_OP

}  // namespace hearth::ir
