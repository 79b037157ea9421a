// ScaledDotProductAttention: softmax(scale * q k^T + mask) v over the two innermost axes.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

PartialShape batch_of(const PartialShape& shape) {
  return PartialShape(std::vector(shape.begin(), shape.end() - 2));
}

/// Fails unless the input can be broadcast to the scores; its outer axes may widen the batch.
void check_fits(const Inference& i, size_t input, PartialShape& batch, const Dimension& queries,
                const Dimension& cells) {
  const PartialShape& shape = i.shape(input);
  if (!shape.rank_is_static()) {
    batch = PartialShape::dynamic();
    return;
  }
  PartialShape scores{queries, cells}, inner = shape, outer, joint;
  if (shape.rank() > 2) {
    outer = PartialShape(std::vector(shape.begin(), shape.end() - 2));
    inner = PartialShape(std::vector(shape.end() - 2, shape.end()));
  }
  PartialShape fitted;
  if (!PartialShape::broadcast(joint, scores, inner) ||
      !PartialShape::merge(fitted, joint, scores) ||
      !PartialShape::broadcast(batch, PartialShape(batch), outer))
    i.fail("input {} of shape [{}] does not fit {} queries of {} cells", input, shape.to_string(),
           queries.to_string(), cells.to_string());
}

void infer_attention(Inference& i) {
  for (size_t k = 0; k < 3; ++k) i.expect_float(k);
  const ElementType type = i.same_type(0, 1);
  i.same_type(0, 2);
  if (i.has_input(4)) {
    i.same_type(0, 4);
    expect_scalar(i, 4);
  }
  const PartialShape &q = i.shape(0), &k = i.shape(1), &v = i.shape(2);
  if (!q.rank_is_static() || !k.rank_is_static() || !v.rank_is_static())
    return i.output(0, type, PartialShape::dynamic());
  if (q.rank() < 2 || k.rank() < 2 || v.rank() < 2)
    i.fail("query, key and value should have at least 2 axes, but have shapes [{}], [{}] and [{}]",
           q.to_string(), k.to_string(), v.to_string());
  merged(i, "the head size of query and key", q[q.rank() - 1], k[k.rank() - 1]);
  const Dimension cells =
      merged(i, "the length of key and value", k[k.rank() - 2], v[v.rank() - 2]);
  PartialShape batch, keys = batch_of(k);
  if (!PartialShape::broadcast(batch, batch_of(q), keys) ||
      !PartialShape::broadcast(batch, PartialShape(batch), batch_of(v)))
    i.fail("the outer axes of shapes [{}], [{}] and [{}] cannot be broadcast", q.to_string(),
           k.to_string(), v.to_string());
  const Dimension queries = q[q.rank() - 2];
  if (i.has_input(3)) {
    if (i.type(3) != ElementType::boolean) i.same_type(0, 3);
    check_fits(i, 3, batch, queries, cells);
  }
  if (i.has_input(5)) {
    i.same_type(0, 5);
    check_fits(i, 5, batch, 1, 1);
  }
  if (!batch.rank_is_static()) return i.output(0, type, batch);
  PartialShape out = batch;
  out.push_back(queries);
  out.push_back(v[v.rank() - 1]);
  i.output(0, type, out);
}

}  // namespace

// Inputs: query, key, value, [mask], [scale], [sink]. With `causal` the mask is ignored.
OpSchema make_ScaledDotProductAttention_schema() {
  return {.type = "ScaledDotProductAttention",
          .version = "opset13",
          .accepted = {},
          .min_inputs = 3,
          .max_inputs = 6,
          .attributes = {flag_attr("causal", {})},
          .infer = infer_attention};
}

}  // namespace hearth::ir
