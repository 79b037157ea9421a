// ShapeOf.
#include "ref/ops/elements.h"

namespace hearth::ref {

void eval_ShapeOf(Evaluation& e) {
  const Shape& shape = e.shape(0);
  store(std::vector<int64_t>(shape.begin(), shape.end()), e.output(0));
}

}  // namespace hearth::ref
