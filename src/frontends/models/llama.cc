// Llama 1 to 3.x, TinyLlama, SmolLM: full attention, optional biases (transformers'
// modeling_llama).
#include "frontends/models/model.h"

namespace hearth::frontends {

ir::Graph build_llama(const ModelSource& source, const BuildOptions& options) {
  DecoderModel model(source, options);
  const bool attention_bias = model.json.boolean("attention_bias", false);
  PreNormOptions layers;
  layers.attention = {.qkv_bias = attention_bias, .output_bias = attention_bias};
  layers.mlp_bias = model.json.boolean("mlp_bias", false);
  layers.windows.assign(static_cast<size_t>(model.config.layers), 0);
  build_pre_norm_decoder(model, layers);
  return std::move(model.graph);
}

}  // namespace hearth::frontends
