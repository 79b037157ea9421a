// Rotary position embedding (Su et al., 2021) as graph ops.
#include <cmath>

#include "frontends/blocks/decoder.h"
#include "frontends/blocks/rope_frequencies.h"

namespace hearth::frontends {

using ir::Op;
using ir::Value;

namespace {

constexpr const char* kScope = "__module.model.rotary_emb";

// Dynamic NTK scaling: the base grows with the longest sequence of the forward pass, once that is
// past the trained length: theta * (factor * n / max - (factor - 1))^(D / (D - 2)), n =
// max(position) + 1.
Value dynamic_frequencies(Blocks& m, Value position_ids) {
  ir::Builder& b = m.b;
  const RopeConfig& rope = m.config.rope;
  const auto dim = static_cast<float>(m.config.head_dim);
  const auto max = static_cast<float>(m.config.max_positions);
  const auto factor = static_cast<float>(rope.factor);
  const Value last = b.graph().add(Op::ReduceMax, {position_ids, b.ints({0, 1})},
                                   {{"keep_dims", false}}, std::string(kScope) + "/last_position");
  const Value length = b.binary(Op::Add, b.convert(last, ElementType::f32), b.scalar_float(1.0f));
  const Value grown = b.binary(Op::Maximum, length, b.scalar_float(max));
  const Value stretch =
      b.binary(Op::Subtract,
               b.binary(Op::Divide, b.binary(Op::Multiply, grown, b.scalar_float(factor)),
                        b.scalar_float(max)),
               b.scalar_float(factor - 1.0f));
  const Value base =
      b.binary(Op::Multiply, b.binary(Op::Power, stretch, b.scalar_float(dim / (dim - 2.0f))),
               b.scalar_float(static_cast<float>(rope.theta)));
  std::vector<float> exponents(static_cast<size_t>(m.config.head_dim / 2));
  for (size_t i = 0; i < exponents.size(); ++i) exponents[i] = static_cast<float>(2 * i) / dim;
  const Value powers =
      b.binary(Op::Power, base, b.floats(exponents, Shape{1, exponents.size(), 1}));
  return b.binary(Op::Divide, b.scalar_float(1.0f), powers);
}

}  // namespace

RopeTables rope_tables(Blocks& m, Value position_ids) {
  ir::Builder& b = m.b;
  const std::string scope = kScope;
  const RopeFrequencies f = rope_frequencies(m.config.rope, m.config.head_dim);
  const Value inverse =
      m.config.rope.type == "dynamic"
          ? dynamic_frequencies(m, position_ids)
          : b.floats(f.inverse, Shape{1, f.inverse.size(), 1}, scope + "/inverse_frequencies");
  const Value positions = b.convert(b.unsqueeze(position_ids, {1}), ElementType::f32);  // [B, 1, T]
  const Value angles =
      b.transpose(b.matmul(inverse, positions, false, scope + "/aten::matmul/MatMul"), {0, 2, 1},
                  scope + "/aten::transpose/Transpose");
  const Value both = b.concat({angles, angles}, -1, scope + "/aten::cat/Concat");  // [B, T, D]
  RopeTables tables{b.unary(Op::Cos, both, scope + "/aten::cos/Cos"),
                    b.unary(Op::Sin, both, scope + "/aten::sin/Sin")};
  if (f.attention_scaling != 1.0f) {
    const Value scaling = b.scalar_float(f.attention_scaling);
    tables.cos = b.binary(Op::Multiply, tables.cos, scaling, scope + "/aten::mul/Multiply");
    tables.sin = b.binary(Op::Multiply, tables.sin, scaling, scope + "/aten::mul/Multiply_1");
  }
  return tables;
}

Value apply_rope(Blocks& m, Value x, const RopeTables& tables, bool interleaved,
                 const std::string& scope) {
  ir::Builder& b = m.b;
  if (interleaved)
    return b.graph().add(Op::RoPE, {x, tables.cos, tables.sin}, {{"interleaved", true}},
                         scope + "/rope");
  const int64_t half = m.config.head_dim / 2;
  const Value cos = b.unsqueeze(tables.cos, {1});  // [B, 1, T, D]
  const Value sin = b.unsqueeze(tables.sin, {1});
  const Value second = b.slice(x, half, INT64_MAX, 3, scope + "/second_half");
  const Value negated = b.binary(Op::Multiply, second, b.scalar_float(-1.0f), scope + "/negated");
  const Value first = b.slice(x, 0, half, 3, scope + "/first_half");
  const Value rotated = b.concat({negated, first}, -1, scope + "/rotated");
  return b.binary(Op::Add, b.binary(Op::Multiply, x, cos, scope + "/x_cos"),
                  b.binary(Op::Multiply, rotated, sin, scope + "/rotated_sin"), scope + "/rope");
}

}  // namespace hearth::frontends
