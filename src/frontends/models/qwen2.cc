// Qwen2 and Qwen2.5: Llama's layer with biases on q, k and v, and sliding windows in the upper
// layers when the config turns them on (transformers' modeling_qwen2).
#include "frontends/models/model.h"

namespace hearth::frontends {

ir::Graph build_qwen2(const ModelSource& source, const BuildOptions& options) {
  DecoderModel model(source, options);
  PreNormOptions layers;
  layers.attention = {.qkv_bias = true};
  layers.windows = layer_windows(model.json, model.config.layers);
  build_pre_norm_decoder(model, layers);
  return std::move(model.graph);
}

}  // namespace hearth::frontends
