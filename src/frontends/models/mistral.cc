// Mistral 7B and its like: Llama's layer with one sliding window for all layers, or none
// (transformers' modeling_mistral; Jiang et al., 2023).
#include "frontends/models/model.h"

namespace hearth::frontends {

ir::Graph build_mistral(const ModelSource& source, const BuildOptions& options) {
  DecoderModel model(source, options);
  const int64_t window = model.json.integer("sliding_window", 1, int64_t{1} << 40, 0);
  PreNormOptions layers;
  layers.windows.assign(static_cast<size_t>(model.config.layers), window);
  build_pre_norm_decoder(model, layers);
  return std::move(model.graph);
}

}  // namespace hearth::frontends
