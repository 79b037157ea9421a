// Hearth's own ops: what passes make of sub-graphs. They are never written to an IR.
#include "ir/ops/fused_util.h"

namespace hearth::ir {
namespace {

void infer_rms_norm(Inference& i) {
  i.expect_float(0);
  PartialShape out = i.shape(0);
  if (out.rank_is_static()) {
    if (out.rank() == 0) i.fail("the input should have at least 1 axis");
    if (i.has_input(1))
      out[out.rank() - 1] = merged(i, "the length of a row of input and gamma", out[out.rank() - 1],
                                   element_count(i.shape(1)));
  }
  if (i.has_input(1)) i.expect_float(1);
  i.output(0, i.type(0), out);
}

void infer_rope(Inference& i) {
  for (size_t k = 0; k < 3; ++k) i.expect_float(k);
  expect_rank(i, 0, 4);
  expect_rank(i, 1, 3);
  expect_rank(i, 2, 3);
  PartialShape table;
  if (!PartialShape::merge(table, i.shape(1), i.shape(2)))
    i.fail("the tables have shapes [{}] and [{}]", i.shape(1).to_string(), i.shape(2).to_string());
  const PartialShape& x = i.shape(0);
  if (x.rank_is_static() && table.rank_is_static()) {
    const Dimension& rotated = table[2];
    if (rotated.is_static() && rotated.get_length() % 2 != 0)
      i.fail("rotates {} elements, which should be even", rotated.get_length());
    if (x[3].max() != Dimension::kUnbounded && rotated.min() > x[3].max())
      i.fail("rotates {} elements of heads of {}", rotated.to_string(), x[3].to_string());
    merged(i, "the number of tokens of input and tables", x[i.attrs().flag("token_major") ? 1 : 2],
           table[1]);
    if (!table[0].contains(1)) merged(i, "the batch of input and tables", x[0], table[0]);
  }
  i.output(0, i.type(0), x);
}

void infer_rope_tables(Inference& i) {
  i.expect_integer(0);
  i.expect_float(1);
  expect_rank(i, 0, 2);
  expect_rank(i, 1, 1);
  PartialShape out = i.shape(0).rank_is_static() ? i.shape(0) : PartialShape::dynamic(2);
  out.push_back(i.shape(1).rank_is_static() ? i.shape(1)[0] : Dimension());
  for (size_t k = 0; k < 2; ++k) i.output(k, ElementType::f32, out);
}

void infer_swiglu(Inference& i) {
  i.expect_float(0);
  PartialShape out;
  if (!PartialShape::merge(out, i.shape(0), i.shape(1)))
    i.fail("gate and up have shapes [{}] and [{}]", i.shape(0).to_string(), i.shape(1).to_string());
  i.output(0, i.same_type(0, 1), out);
}

// q [B,T,H,D], k [B,T,K,D], v [B,T,K,Dv] -> [B,T,H*Dv]
void infer_cached_attention(Inference& i) {
  PartialShape qkv[3];
  for (size_t k = 0; k < 3; ++k) {
    i.expect_float(k);
    expect_rank(i, k, 4);
    qkv[k] = i.shape(k).rank_is_static() ? i.shape(k) : PartialShape::dynamic(4);
  }
  const auto& [q, k, v] = qkv;
  const Dimension heads = merged(i, "the number of heads of key and value", k[2], v[2]);
  merged(i, "the head size of query and key", q[3], k[3]);
  if (q[2].is_static() && heads.is_static() &&
      (heads.get_length() == 0 || q[2].get_length() % heads.get_length() != 0))
    i.fail("{} query heads do not share {} key heads evenly", q[2].get_length(),
           heads.get_length());
  const Dimension batch =
      merged(i, "the batch", q[0], merged(i, "the batch of key and value", k[0], v[0]));
  const Dimension tokens =
      merged(i, "the number of tokens", q[1], merged(i, "the tokens of key and value", k[1], v[1]));
  if (i.has_input(3)) {
    i.expect_integer(3);
    expect_rank(i, 3, 1);
  }
  if (i.has_input(4)) expect_rank(i, 4, 2);
  if (i.attrs().integer("sliding_window") < 0) i.fail("sliding_window should not be negative");
  i.output(0, ElementType::f32, {batch, tokens, q[2] * v[3]});
}

}  // namespace

/// x, [gamma] -> x / sqrt(mean(x^2) + epsilon) * gamma over the last axis.
OpSchema make_RMSNorm_schema() {
  OpSchema schema = internal_schema("RMSNorm", 1, 2, infer_rms_norm);
  schema.attributes = {number_attr("epsilon", {})};
  return schema;
}

/// x [B,H,T,D] (token_major: [B,T,H,D]), cos, sin [B or 1,T,R] -> x with the first R elements of
/// every head rotated, as pairs (i, i + R/2) or, interleaved, (2j, 2j + 1).
OpSchema make_RoPE_schema() {
  OpSchema schema = internal_schema("RoPE", 3, 3, infer_rope);
  schema.attributes = {flag_attr("interleaved", false), flag_attr("token_major", false)};
  return schema;
}

/// positions [B, T], frequencies [R] -> cos(position * frequency) * scale, and the same of sin,
/// both [B, T, R]; the product is rounded to f32, cos and sin of it are exact and rounded.
OpSchema make_RopeTables_schema() {
  OpSchema schema = internal_schema("RopeTables", 2, 2, infer_rope_tables);
  schema.outputs = 2;
  schema.attributes = {number_attr("scale", 1.0)};
  return schema;
}

/// gate, up -> gate * sigmoid(gate) * up
OpSchema make_SwiGLU_schema() { return internal_schema("SwiGLU", 2, 2, infer_swiglu); }

/// q, k, v, [beam_idx], [attention_mask]: causal attention over the cells of two variables, which
/// grow by k and v.
OpSchema make_CachedAttention_schema() {
  OpSchema schema = internal_schema("CachedAttention", 3, 5, infer_cached_attention);
  schema.attributes = {{"key_variable", AttrKind::text, {}, {}},
                       {"value_variable", AttrKind::text, {}, {}},
                       number_attr("scale", {}),
                       integer_attr("sliding_window", 0)};
  return schema;
}

}  // namespace hearth::ir
