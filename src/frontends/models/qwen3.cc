// Qwen3, dense: RMSNorm over every head of q and k before rotation, explicit head size
// (transformers' modeling_qwen3).
#include "frontends/models/model.h"

namespace hearth::frontends {

ir::Graph build_qwen3(const ModelSource& source, const BuildOptions& options) {
  DecoderModel model(source, options);
  const bool bias = model.json.boolean("attention_bias", false);
  PreNormOptions layers;
  layers.attention = {.qkv_bias = bias, .output_bias = bias, .qk_norm = true};
  layers.windows = layer_windows(model.json, model.config.layers);
  build_pre_norm_decoder(model, layers);
  return std::move(model.graph);
}

}  // namespace hearth::frontends
