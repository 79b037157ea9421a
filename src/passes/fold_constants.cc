// Folds small constant sub-graphs: shapes, scalars, and vectors such as norm weights stored in f16.
// A matrix that is decoded from a lesser type is left alone: it is used as it lies in the file.
#include "passes/fold.h"
#include "passes/pass.h"

namespace hearth::passes {
namespace {

// Vectors up to the longest hidden size; matrices only when they are as small as a table of
// positions.
constexpr size_t kMaxVector = size_t{1} << 17;
constexpr size_t kMaxTensor = 256;

bool small(const ir::Graph&, const ir::Node& node) {
  for (const ir::OutputInfo& out : node.outputs) {
    if (!out.shape.is_static()) return false;
    const Shape shape = out.shape.to_shape();
    size_t longer_than_one = 0;
    for (size_t d : shape) longer_than_one += d > 1 ? 1 : 0;
    if (shape_size(shape) > (longer_than_one <= 1 ? kMaxVector : kMaxTensor)) return false;
  }
  return true;
}

}  // namespace

bool fold_constants(ir::Graph& graph) { return fold(graph, small); }

}  // namespace hearth::passes
