// Shorthand for building graphs in code: constants of plain values and the ops that frontends use.
// Names are optional; what they are for is the reader of the IR.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace hearth::ir {

class Builder {
 public:
  explicit Builder(Graph& graph) : graph_(graph) {}
  Graph& graph() { return graph_; }

  // Constants. `ints` is rank 1, `scalar_*` rank 0.
  Value ints(const std::vector<int64_t>& values, std::string name = "");
  Value scalar_int(int64_t value, std::string name = "");
  Value scalar_i32(int32_t value, std::string name = "");
  Value scalar_float(float value, std::string name = "");
  Value floats(const std::vector<float>& values, Shape shape, std::string name = "");

  Value binary(Op op, Value a, Value b, std::string name = "");
  Value unary(Op op, Value a, std::string name = "");
  Value convert(Value a, ElementType type, std::string name = "");
  Value shape_of(Value a, ElementType type = ElementType::i64);
  /// Element `index` of dimension list `shape`, as rank 1 of one element.
  Value dimension(Value shape, int64_t index);
  Value reshape(Value a, const std::vector<int64_t>& pattern, bool special_zero,
                std::string name = "");
  Value reshape(Value a, Value pattern, bool special_zero, std::string name = "");
  Value transpose(Value a, const std::vector<int64_t>& order, std::string name = "");
  Value concat(const std::vector<Value>& parts, int64_t axis, std::string name = "");
  Value unsqueeze(Value a, const std::vector<int64_t>& axes, std::string name = "");
  Value squeeze(Value a, const std::vector<int64_t>& axes, std::string name = "");
  /// Elements [start, stop) along one axis, step 1; stop INT64_MAX means to the end.
  Value slice(Value a, int64_t start, int64_t stop, int64_t axis, std::string name = "");
  Value gather(Value data, Value indices, int64_t axis, std::string name = "");
  Value matmul(Value a, Value b, bool transpose_b, std::string name = "");
  Value reduce_mean(Value a, int64_t axis, std::string name = "");

 private:
  Graph& graph_;
};

}  // namespace hearth::ir
