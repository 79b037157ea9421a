// Hearth's own products with stored weights: what passes make of MatMul, Gather and what stands
// around them. They are never written to an IR.
//
// A weight is up to six inputs (ir/product_inputs.h). It is [N, K], or grouped [N, G, S] with
// G * S = K; its scale has one element per row or per row and group, its zero point as many or just
// one, both with or without a last axis of 1. W[n, k] = (decode(weight)[n, k] - zero_point[n, g]) *
// scale[n, g] * tensor_scale. With a table, decode() looks the weight's unsigned integers up in it;
// past its end is 0. The bias has one element per row.
#include "ir/ops/fused_util.h"
#include "ir/product_inputs.h"

namespace hearth::ir {
namespace {

struct WeightShape {
  int64_t rows;
  int64_t columns;
};

void check_table(const Inference& i, size_t first) {
  expect_rank(i, first + kTable, 1);
  if (i.type(first + kTable) != ElementType::f32)
    i.fail("the table should be of f32, but is of {}", to_string(i.type(first + kTable)));
  const ElementType indices = i.type(first);
  if (indices != ElementType::u4 && indices != ElementType::u8 && indices != ElementType::u16)
    i.fail("the indices of a table should be u4, u8 or u16, but are {}", to_string(indices));
}

// The weight that begins at input `first`.
WeightShape check_weight(const Inference& i, size_t first) {
  const PartialShape& shape = i.shape(first);
  if (!shape.is_static() || shape.rank() < 2 || shape.rank() > 3)
    i.fail("the weight should be [rows, columns] or [rows, groups, group size], but has shape [{}]",
           shape.to_string());
  const int64_t rows = shape[0].get_length();
  const int64_t groups = shape.rank() == 3 ? shape[1].get_length() : 1;
  const Dimension columns = shape.rank() == 3 ? shape[1] * shape[2] : shape[1];
  const int64_t scales = (Dimension(rows) * Dimension(groups)).get_length();
  for (const size_t k : {first + kScale, first + kZeroPoint}) {
    if (!i.has_input(k)) continue;
    const Dimension count = element_count(i.shape(k));
    if (!count.contains(scales) && !(k == first + kZeroPoint && count.contains(1)))
      i.fail("input {} has shape [{}], but the weight has {} rows of {} groups", k,
             i.shape(k).to_string(), rows, groups);
    if (i.type(k) == ElementType::string || i.type(k) == ElementType::boolean)
      i.fail("input {} should be of a numeric type, but is {}", k, to_string(i.type(k)));
  }
  if (i.has_input(first + kTensorScale) &&
      !element_count(i.shape(first + kTensorScale)).contains(1))
    i.fail("the scale of the tensor has shape [{}], but should have one element",
           i.shape(first + kTensorScale).to_string());
  if (i.has_input(first + kTable)) check_table(i, first);
  return {rows, columns.get_length()};
}

// The shape of x times the weight that begins at input `first`.
PartialShape product_shape(const Inference& i, size_t first) {
  const WeightShape weight = check_weight(i, first);
  if (i.has_input(first + kBias)) {
    i.expect_float(first + kBias);
    merged(i, "the number of rows of weight and bias", weight.rows,
           element_count(i.shape(first + kBias)));
  }
  PartialShape out = i.shape(0);
  if (!out.rank_is_static()) return out;
  if (out.rank() == 0) i.fail("the input should have at least 1 axis");
  merged(i, "the length of a row of input and weight", out[out.rank() - 1], weight.columns);
  out[out.rank() - 1] = weight.rows;
  return out;
}

void infer_fully_connected(Inference& i) {
  i.expect_float(0);
  PartialShape out = product_shape(i, product_inputs(0));
  if (i.has_input(kAddend)) {
    i.expect_float(kAddend);
    if (!PartialShape::merge(out, out, i.shape(kAddend)))
      i.fail("the product has shape [{}], but what is added to it [{}]", out.to_string(),
             i.shape(kAddend).to_string());
  }
  i.output(0, ElementType::f32, out);
}

void infer_fully_connected_group(Inference& i) {
  i.expect_float(0);
  if ((i.inputs() - 1) % kWeightInputs != 0)
    i.fail("has {} inputs behind x, but should have {} for every weight", i.inputs() - 1,
           kWeightInputs);
  const size_t products = (i.inputs() - 1) / kWeightInputs;
  check_outputs(i, products);
  for (size_t p = 0; p < products; ++p)
    i.output(p, ElementType::f32, product_shape(i, product_inputs(p)));
}

void infer_gated_fully_connected(Inference& i) {
  i.expect_float(0);
  PartialShape out;
  const PartialShape gate = product_shape(i, product_inputs(0));
  const PartialShape up = product_shape(i, product_inputs(1));
  if (!PartialShape::merge(out, gate, up))
    i.fail("gate and up have shapes [{}] and [{}]", gate.to_string(), up.to_string());
  i.output(0, ElementType::f32, out);
}

void infer_embedding_lookup(Inference& i) {
  i.expect_integer(0);
  const WeightShape weight = check_weight(i, product_inputs(0));
  PartialShape out = i.shape(0);
  if (out.rank_is_static()) out.push_back(weight.columns);
  i.output(0, ElementType::f32, out);
}

}  // namespace

/// x [..., K], a weight, [addend] -> [..., N]: x times the transposed weight, then plus the bias,
/// then plus the addend.
OpSchema make_FullyConnected_schema() {
  return internal_schema("FullyConnected", 2, kAddend + 1, infer_fully_connected);
}

/// x [..., K], weights -> [..., N_i] for each: x times the transposed weight, plus its bias.
OpSchema make_FullyConnectedGroup_schema() {
  OpSchema schema = internal_schema("FullyConnectedGroup", product_inputs(1), OpSchema::kVariadic,
                                    infer_fully_connected_group);
  schema.outputs = OpSchema::kVariadic;
  return schema;
}

/// x [..., K], two weights, gate and up -> [..., N]: silu(x times gate) * (x times up), biases
/// added first (SwiGLU; Shazeer, 2020).
OpSchema make_GatedFullyConnected_schema() {
  return internal_schema("GatedFullyConnected", product_inputs(1) + 1, product_inputs(2),
                         infer_gated_fully_connected);
}

/// ids [...], a weight [V, E] without bias -> [..., E]: rows of the weight.
OpSchema make_EmbeddingLookup_schema() {
  return internal_schema("EmbeddingLookup", 2, product_inputs(0) + kBias, infer_embedding_lookup);
}

}  // namespace hearth::ir
