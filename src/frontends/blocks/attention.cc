// Self-attention with a cache of keys and values kept as model state, in the form that
// optimum-intel exports: ReadValue -> Gather(beam_idx) -> Concat with the new tokens -> Assign.
#include <fmt/format.h>

#include <cmath>

#include "frontends/blocks/decoder.h"

namespace hearth::frontends {

using ir::Op;
using ir::Value;

namespace {

// Appends the new keys or values [B, K, T, D] to the variable; returns all of them, [B, K, P + T,
// D].
Value append_to_cache(Blocks& m, Value fresh, int64_t layer, const char* kind,
                      const DecoderInputs& inputs) {
  ir::Builder& b = m.b;
  ir::Graph& g = b.graph();
  const int64_t k = m.config.kv_heads, d = m.config.head_dim;
  const std::string past_name = fmt::format("past_key_values.{}.{}", layer, kind);
  const std::string present_name = fmt::format("present.{}.{}", layer, kind);
  const std::string variable = past_name + present_name;

  const Value batch = b.dimension(b.shape_of(inputs.input_ids), 0);
  const Value empty_shape = b.concat({batch, b.ints({k}), b.ints({0}), b.ints({d})}, 0);
  const Value empty =
      g.add(Op::Broadcast, {b.scalar_float(0.0f), empty_shape}, {{"mode", std::string("numpy")}});
  const PartialShape shape{Dimension::dynamic(), k, Dimension::dynamic(), d};
  const Value past = g.add(
      Op::ReadValue, {empty},
      {{"variable_id", variable}, {"variable_type", ElementType::f32}, {"variable_shape", shape}},
      "ReadValue_" + past_name);
  g.info(past).names = {past_name};
  const Value ordered = b.gather(past, inputs.beam_idx, 0);
  const Value all = b.concat({ordered, fresh}, -2, "Concat_" + past_name);
  g.info(all).names = {present_name};
  g.add(Op::Assign, {all}, {{"variable_id", variable}}, "Assign_" + past_name);
  return all;
}

// Every kv head serves H / K query heads: [B, K, L, D] -> [B, H, L, D].
Value repeat_heads(Blocks& m, Value x, const std::string& scope) {
  const int64_t repeats = m.config.heads / m.config.kv_heads;
  if (repeats == 1) return x;
  ir::Builder& b = m.b;
  const Value wide = b.unsqueeze(x, {2});
  const Value copies = b.graph().add(Op::Broadcast, {wide, b.ints({1, 1, repeats, 1, 1})},
                                     {{"mode", std::string("bidirectional")}});
  return b.reshape(copies, {0, m.config.heads, -1, m.config.head_dim}, true,
                   scope + "/aten::reshape/Reshape");
}

}  // namespace

Value attention(Blocks& m, Value x, int64_t layer, const DecoderInputs& inputs,
                const RopeTables& tables, Value mask, const AttentionOptions& options) {
  ir::Builder& b = m.b;
  const DecoderConfig& c = m.config;
  const std::string module = fmt::format("model.layers.{}.self_attn", layer);
  const std::string scope = "__module." + module;

  // [B, T, heads * D] -> [B, heads, T, D]; norm of heads in between, where the family has it.
  const auto heads_of = [&](const char* projection, int64_t heads, const char* norm) {
    const Value flat = linear(m, x, module + "." + projection, c.hidden_size, heads * c.head_dim,
                              options.qkv_bias);
    Value split = b.reshape(flat, {0, 0, heads, c.head_dim}, true);
    if (options.qk_norm && norm != nullptr)
      split = rms_norm(m, split, module + "." + norm, c.head_dim);
    return b.transpose(split, {0, 2, 1, 3});
  };
  const auto rotated = [&](Value heads, const char* projection) {
    const bool interleaved =
        m.weights.stays_interleaved(fmt::format("{}.{}.weight", module, projection));
    return apply_rope(m, heads, tables, interleaved, fmt::format("{}.{}", scope, projection));
  };
  const Value q = rotated(heads_of("q_proj", c.heads, "q_norm"), "q_proj");
  const Value k_new = rotated(heads_of("k_proj", c.kv_heads, "k_norm"), "k_proj");
  const Value v_new = heads_of("v_proj", c.kv_heads, nullptr);
  const Value k = repeat_heads(m, append_to_cache(m, k_new, layer, "key", inputs), scope + ".key");
  const Value v =
      repeat_heads(m, append_to_cache(m, v_new, layer, "value", inputs), scope + ".value");

  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(c.head_dim)));
  const Value attended = b.graph().add(
      Op::ScaledDotProductAttention, {q, k, v, mask, b.scalar_float(scale)}, {{"causal", false}},
      scope + "/aten::scaled_dot_product_attention/ScaledDotProductAttention");
  const Value joined =
      b.reshape(b.transpose(attended, {0, 2, 1, 3}), {0, 0, c.heads * c.head_dim}, true);
  return linear(m, joined, module + ".o_proj", c.heads * c.head_dim, c.hidden_size,
                options.output_bias);
}

}  // namespace hearth::frontends
