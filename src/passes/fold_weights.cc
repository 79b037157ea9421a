// Folds the constant sub-graphs that no other pass took, whatever their size, so that nothing
// constant is computed at every inference. The cost is memory of its own for the result, and it is
// logged.
#include "base/log.h"
#include "passes/fold.h"
#include "passes/pass.h"

namespace hearth::passes {

bool fold_weights(ir::Graph& graph) {
  return fold(graph, [](const ir::Graph&, const ir::Node& node) {
    log(LogLevel::info, "{}: constant, evaluated once and kept in memory", ir::describe(node));
    return true;
  });
}

}  // namespace hearth::passes
