// The contract of a family file: from an opened model to the graph of a stateful decoder.
#pragma once

#include "frontends/blocks/decoder.h"

namespace hearth::frontends {

#define HEARTH_MODEL(name) \
  ir::Graph build_##name(const ModelSource& source, const BuildOptions& options);
#include "frontends/models/models.inc"
#undef HEARTH_MODEL

/// What every family starts from.
struct DecoderModel {
  DecoderModel(const ModelSource& source, const BuildOptions& options);
  ir::Graph graph;
  ir::Builder builder;
  Weights weights;
  JsonObject json;  ///< config.json, for what only one family reads
  DecoderConfig config;
  Blocks blocks;
};

/// Layers of the pre-norm kind: x + attention(norm(x)), then x + mlp(norm(x)).
struct PreNormOptions {
  AttentionOptions attention;
  bool mlp_bias = false;
  std::vector<int64_t> windows;  ///< sliding window of each layer, 0 = full attention
};
/// Embedding, pre-norm layers, final norm and head: the whole graph but for what a family adds.
void build_pre_norm_decoder(DecoderModel& model, const PreNormOptions& options);

}  // namespace hearth::frontends
