// Weights as graph values: finds a tensor, checks its shape, and gives an f32 value made of the
// constant as it lies in the file and the ops that decode it. The same tensor asked for twice is
// one constant.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "frontends/model_source.h"
#include "ir/builder.h"

namespace hearth::frontends {

struct BuildOptions {
  /// For an IR on disk: only OpenVINO's ops and types, so GGUF blocks become constants of plain
  /// types (exactly where that is possible, else f16), produced as they are written. Otherwise the
  /// graph is to run here, and every weight stays in its mapping.
  bool for_export = false;
  /// f32, f16 or bf16: float weights are converted to it (export only). Empty: as they are.
  std::optional<ElementType> float_type;
};

class Weights {
 public:
  Weights(ir::Builder& builder, const ModelSource& source, const BuildOptions& options)
      : builder_(builder), source_(source), options_(options) {}

  bool has(const std::string& name) const { return source_.tensors.find(name) != nullptr; }
  /// Throws bad_input when the tensor is missing, has another shape or a type that is no weight's.
  ir::Value get(const std::string& name, const Shape& shape);
  /// True when this tensor's rows have the halves of each head interleaved and are left so (the
  /// graph must rotate pairs (2j, 2j + 1) then).
  bool stays_interleaved(const std::string& name) const {
    return !options_.for_export && source_.interleaved_heads.count(name) != 0;
  }

 private:
  ir::Value constant(const formats::TensorRef& tensor);
  ir::Builder& builder_;
  const ModelSource& source_;
  const BuildOptions& options_;
  std::map<std::string, ir::Value> known_;
};

}  // namespace hearth::frontends
