// What a decoder-only model is made of, read from a Hugging Face config.json: the fields that the
// families of Llama and its kin share. What only one family has is read in that family's file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "frontends/rope_config.h"

namespace hearth::frontends {

struct DecoderConfig {
  int64_t vocab_size = 0;         // V
  int64_t hidden_size = 0;        // E
  int64_t intermediate_size = 0;  // F
  int64_t layers = 0;             // L
  int64_t heads = 0;              // H
  int64_t kv_heads = 0;           // K, divides H
  int64_t head_dim = 0;           // D, even
  double rms_norm_eps = 1e-6;
  bool tie_word_embeddings = false;
  std::string hidden_act = "silu";
  std::string hidden_act_key;  ///< what it is called in errors: file and key
  int64_t max_positions = 0;
  RopeConfig rope;
};

/// Throws bad_input naming the file and the key.
DecoderConfig parse_decoder_config(const JsonObject& config);

/// Tokens that fit, prompt and answer together: max_position_embeddings, times the factor for
/// linear and dynamic scaling; original positions times the factor for yarn.
int64_t context_length(const DecoderConfig& config);
/// The same from the JSON alone, for models of any family; empty when the config names no length.
std::optional<int64_t> context_length(const JsonObject& config);

/// The sliding window of each layer, 0 for full attention, from `use_sliding_window`,
/// `sliding_window`, `max_window_layers` and `layer_types` as Qwen2 and Qwen3 use them.
std::vector<int64_t> layer_windows(const JsonObject& config, int64_t layers);

}  // namespace hearth::frontends
