// The decoder that Llama introduced and its kin share, composed of blocks.
#include <fmt/format.h>

#include "frontends/models/model.h"

namespace hearth::frontends {

using ir::Op;
using ir::Value;

DecoderModel::DecoderModel(const ModelSource& source, const BuildOptions& options)
    : builder(graph),
      weights(builder, source, options),
      json(source.config, source.config_name),
      config(parse_decoder_config(json)),
      blocks{builder, weights, config} {
  config.rope.frequency_divisors = source.rope_divisors;
}

void build_pre_norm_decoder(DecoderModel& model, const PreNormOptions& options) {
  Blocks& m = model.blocks;
  const DecoderConfig& c = m.config;
  const std::string embedding = "model.embed_tokens.weight";
  const DecoderInputs in = decoder_inputs(m.b);
  const RopeTables tables = rope_tables(m, in.position_ids);
  std::map<int64_t, Value> masks;  // one per window length
  for (int64_t window : options.windows)
    if (masks.count(window) == 0) masks[window] = causal_mask(m, in, window);

  Value x = embed(m, in.input_ids, embedding);
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    const std::string module = fmt::format("model.layers.{}", layer);
    const Value attended =
        attention(m, rms_norm(m, x, module + ".input_layernorm", c.hidden_size), layer, in, tables,
                  masks[options.windows[static_cast<size_t>(layer)]], options.attention);
    x = m.b.binary(Op::Add, x, attended, "__module." + module + "/aten::add/Add");
    const Value fed =
        gated_mlp(m, rms_norm(m, x, module + ".post_attention_layernorm", c.hidden_size),
                  module + ".mlp", options.mlp_bias);
    x = m.b.binary(Op::Add, x, fed, "__module." + module + "/aten::add/Add_1");
  }
  lm_head(m, rms_norm(m, x, "model.norm", c.hidden_size), embedding);
}

}  // namespace hearth::frontends
