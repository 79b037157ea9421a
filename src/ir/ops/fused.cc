// Hearth's own ops: what passes make of sub-graphs. They are never written to an IR.
//
// A compressed weight is [N, K], or grouped [N, G, S] with G * S = K; its scale has one element per
// row or per row and group, its zero point as many or just one, both with or without a last axis
// of 1. W[n, k] = (decode(weight)[n, k] - zero_point[n, g]) * scale[n, g] * tensor_scale. With a
// table, decode() looks the weight's unsigned integers up in it; past its end is 0.
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

Dimension merged(const Inference& i, const char* what, const Dimension& a, const Dimension& b) {
  Dimension out;
  if (!Dimension::merge(out, a, b))
    i.fail("{} differs: {} and {}", what, a.to_string(), b.to_string());
  return out;
}

void expect_rank(const Inference& i, size_t input, size_t rank) {
  const PartialShape& shape = i.shape(input);
  if (shape.rank_is_static() && shape.rank() != rank)
    i.fail("input {} should be of rank {}, but has shape [{}]", input, rank, shape.to_string());
}

struct WeightShape {
  int64_t rows;
  int64_t columns;
};

WeightShape check_weight(const Inference& i) {
  const PartialShape& shape = i.shape(1);
  if (!shape.is_static() || shape.rank() < 2 || shape.rank() > 3)
    i.fail("the weight should be [rows, columns] or [rows, groups, group size], but has shape [{}]",
           shape.to_string());
  const int64_t rows = shape[0].get_length();
  const int64_t groups = shape.rank() == 3 ? shape[1].get_length() : 1;
  const Dimension columns = shape.rank() == 3 ? shape[1] * shape[2] : shape[1];
  const int64_t scales = (Dimension(rows) * Dimension(groups)).get_length();
  for (size_t k = 2; k < 4; ++k) {
    if (!i.has_input(k)) continue;
    const Dimension count = element_count(i.shape(k));
    if (!count.contains(scales) && !(k == 3 && count.contains(1)))
      i.fail("input {} has shape [{}], but the weight has {} rows of {} groups", k,
             i.shape(k).to_string(), rows, groups);
    if (i.type(k) == ElementType::string || i.type(k) == ElementType::boolean)
      i.fail("input {} should be of a numeric type, but is {}", k, to_string(i.type(k)));
  }
  if (i.has_input(4) && !element_count(i.shape(4)).contains(1))
    i.fail("the scale of the tensor has shape [{}], but should have one element",
           i.shape(4).to_string());
  if (i.has_input(5)) {
    expect_rank(i, 5, 1);
    if (i.type(5) != ElementType::f32)
      i.fail("the table should be of f32, but is of {}", to_string(i.type(5)));
    const ElementType indices = i.type(1);
    if (indices != ElementType::u4 && indices != ElementType::u8 && indices != ElementType::u16)
      i.fail("the indices of a table should be u4, u8 or u16, but are {}", to_string(indices));
  }
  return {rows, columns.get_length()};
}

void infer_fully_connected(Inference& i) {
  i.expect_float(0);
  const WeightShape weight = check_weight(i);
  PartialShape out = i.shape(0);
  if (out.rank_is_static()) {
    if (out.rank() == 0) i.fail("the input should have at least 1 axis");
    merged(i, "the length of a row of input and weight", out[out.rank() - 1], weight.columns);
    out[out.rank() - 1] = weight.rows;
  }
  i.output(0, ElementType::f32, out);
}

void infer_embedding_lookup(Inference& i) {
  i.expect_integer(0);
  const WeightShape weight = check_weight(i);
  PartialShape out = i.shape(0);
  if (out.rank_is_static()) out.push_back(weight.columns);
  i.output(0, ElementType::f32, out);
}

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

OpSchema internal(const char* type, size_t min_inputs, size_t max_inputs,
                  void (*infer)(Inference&)) {
  return {.type = type,
          .version = OpSchema::kInternal,
          .accepted = {},
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .attributes = {},
          .infer = infer};
}

}  // namespace

/// x [..., K], weight, [scale], [zero_point], [tensor_scale], [table] -> [..., N]: x times the
/// transposed weight.
OpSchema make_FullyConnected_schema() {
  return internal("FullyConnected", 2, 6, infer_fully_connected);
}

/// ids [...], weight [V, E], [scale], [zero_point], [tensor_scale], [table] -> [..., E]: rows of
/// the weight.
OpSchema make_EmbeddingLookup_schema() {
  return internal("EmbeddingLookup", 2, 6, infer_embedding_lookup);
}

/// x, [gamma] -> x / sqrt(mean(x^2) + epsilon) * gamma over the last axis.
OpSchema make_RMSNorm_schema() {
  OpSchema schema = internal("RMSNorm", 1, 2, infer_rms_norm);
  schema.attributes = {number_attr("epsilon", {})};
  return schema;
}

/// x [B,H,T,D] (token_major: [B,T,H,D]), cos, sin [B or 1,T,R] -> x with the first R elements of
/// every head rotated, as pairs (i, i + R/2) or, interleaved, (2j, 2j + 1).
OpSchema make_RoPE_schema() {
  OpSchema schema = internal("RoPE", 3, 3, infer_rope);
  schema.attributes = {flag_attr("interleaved", false), flag_attr("token_major", false)};
  return schema;
}

/// gate, up -> gate * sigmoid(gate) * up
OpSchema make_SwiGLU_schema() { return internal("SwiGLU", 2, 2, infer_swiglu); }

/// q, k, v, [beam_idx], [attention_mask]: causal attention over the cells of two variables, which
/// grow by k and v.
OpSchema make_CachedAttention_schema() {
  OpSchema schema = internal("CachedAttention", 3, 5, infer_cached_attention);
  schema.attributes = {{"key_variable", AttrKind::text, {}, {}},
                       {"value_variable", AttrKind::text, {}, {}},
                       number_attr("scale", {}),
                       integer_attr("sliding_window", 0)};
  return schema;
}

}  // namespace hearth::ir
