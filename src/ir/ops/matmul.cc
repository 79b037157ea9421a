// MatMul: numpy's matmul with optional transposes of the two innermost axes.
#include "ir/schema.h"

namespace hearth::ir {
namespace {

// Rank-1 inputs act as a row (first input) or a column (second input); the added axis goes again.
void infer_matmul(Inference& i) {
  const ElementType type = i.same_type(0, 1);
  PartialShape a = i.shape(0), b = i.shape(1);
  if (!a.rank_is_static() || !b.rank_is_static()) return i.output(0, type, PartialShape::dynamic());
  if (a.rank() == 0 || b.rank() == 0) i.fail("scalars cannot be multiplied as matrices");
  const bool row = a.rank() == 1, column = b.rank() == 1;
  if (row) a = {1, a[0]};
  if (column) b = {b[0], 1};
  const bool ta = i.attrs().flag("transpose_a") && !row;
  const bool tb = i.attrs().flag("transpose_b") && !column;
  const size_t ra = a.rank(), rb = b.rank();
  const Dimension m = a[ta ? ra - 1 : ra - 2], ka = a[ta ? ra - 2 : ra - 1];
  const Dimension n = b[tb ? rb - 2 : rb - 1], kb = b[tb ? rb - 1 : rb - 2];
  Dimension k;
  if (!Dimension::merge(k, ka, kb))
    i.fail("the inner dimensions {} and {} differ (shapes [{}] and [{}])", ka.to_string(),
           kb.to_string(), i.shape(0).to_string(), i.shape(1).to_string());
  PartialShape batch;
  if (!PartialShape::broadcast(batch, PartialShape(std::vector(a.begin(), a.end() - 2)),
                               PartialShape(std::vector(b.begin(), b.end() - 2))))
    i.fail("shapes [{}] and [{}] cannot be broadcast", i.shape(0).to_string(),
           i.shape(1).to_string());
  if (!row) batch.push_back(m);
  if (!column) batch.push_back(n);
  i.output(0, type, batch);
}

}  // namespace

OpSchema make_MatMul_schema() {
  return {.type = "MatMul",
          .version = "opset1",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {{"transpose_a", AttrKind::boolean, false, {}},
                         {"transpose_b", AttrKind::boolean, false, {}}},
          .infer = infer_matmul};
}

}  // namespace hearth::ir
