// The blocks that decoder families are composed of. Values are f32; shapes in comments use B batch,
// T new tokens, P past tokens, E embedding, H heads, K kv heads, D head size, F feed-forward, V
// vocabulary. Node names follow optimum-intel's, so that patterns and ignored scopes written for it
// fit here.
#pragma once

#include <string>

#include "frontends/blocks/weights.h"
#include "frontends/decoder_config.h"
#include "ir/builder.h"

namespace hearth::frontends {

/// What every block needs.
struct Blocks {
  ir::Builder& b;
  Weights& weights;
  const DecoderConfig& config;
};

/// The inputs of a stateful decoder, in optimum-intel's order.
struct DecoderInputs {
  ir::Value input_ids;       // i64 [B, T]
  ir::Value attention_mask;  // i64 [B, P + T], 0 = padding
  ir::Value position_ids;    // i64 [B, T]
  ir::Value beam_idx;        // i32 [B], which past sequence each row continues
};
DecoderInputs decoder_inputs(ir::Builder& b);

/// [B, T, E] from the embedding table [V, E].
ir::Value embed(Blocks& m, ir::Value input_ids, const std::string& tensor);
/// x * rsqrt(mean(x^2) + eps) * gamma, over the last axis; `module` such as "model.norm".
ir::Value rms_norm(Blocks& m, ir::Value x, const std::string& module, int64_t size);
/// x [.., in] * W^T [out, in] (+ bias [out] when asked for).
ir::Value linear(Blocks& m, ir::Value x, const std::string& module, int64_t in, int64_t out,
                 bool bias);
/// down(act(gate(x)) * up(x)).
ir::Value gated_mlp(Blocks& m, ir::Value x, const std::string& module, bool bias);
/// The model's activation; an unknown hidden_act is an error that lists the known ones.
ir::Value activation(Blocks& m, ir::Value x, const std::string& name);
/// Logits [B, T, V], from lm_head or, when tied, from the embedding table; named "logits".
void lm_head(Blocks& m, ir::Value x, const std::string& embedding_tensor);

/// Cosines and sines [B, T, D] of every position.
struct RopeTables {
  ir::Value cos;
  ir::Value sin;
};
RopeTables rope_tables(Blocks& m, ir::Value position_ids);
/// Rotates x [B, H, T, D]. `interleaved`: pairs are (2j, 2j + 1) instead of (j, j + D/2).
ir::Value apply_rope(Blocks& m, ir::Value x, const RopeTables& tables, bool interleaved,
                     const std::string& scope);

/// The causal mask [B, 1, T, P + T] of sdpa, with padding and, when window > 0, a sliding window.
ir::Value causal_mask(Blocks& m, const DecoderInputs& inputs, int64_t window);

struct AttentionOptions {
  bool qkv_bias = false;
  bool output_bias = false;
  bool qk_norm = false;  ///< RMSNorm over each head of q and k before rotation
};
/// Self-attention of one layer with its cache; x and the result are [B, T, E].
ir::Value attention(Blocks& m, ir::Value x, int64_t layer, const DecoderInputs& inputs,
                    const RopeTables& tables, ir::Value mask, const AttentionOptions& options);

}  // namespace hearth::frontends
