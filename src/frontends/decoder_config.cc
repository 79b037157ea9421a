#include "frontends/decoder_config.h"

#include <cmath>

#include "base/error.h"

namespace hearth::frontends {
namespace {

// Larger than any model known, small enough that products of two stay far from overflow.
constexpr int64_t kMaxSize = int64_t{1} << 28;
constexpr int64_t kMaxLayers = 4096;

}  // namespace

DecoderConfig parse_decoder_config(const JsonObject& config) {
  DecoderConfig c;
  c.vocab_size = config.integer("vocab_size", 1, kMaxSize);
  c.hidden_size = config.integer("hidden_size", 1, kMaxSize);
  c.intermediate_size = config.integer("intermediate_size", 1, kMaxSize);
  c.layers = config.integer("num_hidden_layers", 1, kMaxLayers);
  c.heads = config.integer("num_attention_heads", 1, kMaxSize);
  c.kv_heads = config.integer("num_key_value_heads", 1, kMaxSize, c.heads);
  if (c.heads % c.kv_heads != 0)
    bad_input("{} is {}, which does not divide num_attention_heads, {}",
              config.name_of("num_key_value_heads"), c.kv_heads, c.heads);
  if (!config.has("head_dim") && c.hidden_size % c.heads != 0)
    bad_input("{} is {}, which num_attention_heads, {}, does not divide, and there is no head_dim",
              config.name_of("hidden_size"), c.hidden_size, c.heads);
  c.head_dim = config.integer("head_dim", 1, kMaxSize, c.hidden_size / c.heads);
  if (c.head_dim % 2 != 0)
    bad_input("{}: heads of {} elements cannot be rotated in pairs", config.name_of("head_dim"),
              c.head_dim);
  c.rms_norm_eps = config.number("rms_norm_eps", 1e-6);
  if (c.rms_norm_eps < 0)
    bad_input("{} is {}, but cannot be negative", config.name_of("rms_norm_eps"), c.rms_norm_eps);
  c.tie_word_embeddings = config.boolean("tie_word_embeddings", false);
  c.hidden_act = config.text("hidden_act", "silu");
  c.hidden_act_key = config.name_of("hidden_act");
  c.max_positions = config.integer("max_position_embeddings", 1, int64_t{1} << 40, 2048);
  c.rope = parse_rope(config, c.max_positions);
  return c;
}

namespace {

int64_t scaled_positions(const RopeConfig& rope, int64_t max_positions) {
  const auto scaled = [&](int64_t positions) {
    return static_cast<int64_t>(std::floor(static_cast<double>(positions) * rope.factor));
  };
  if (rope.type == "linear" || rope.type == "dynamic") return scaled(max_positions);
  if (rope.type == "yarn") return scaled(rope.original_positions);
  return max_positions;
}

}  // namespace

int64_t context_length(const DecoderConfig& config) {
  return scaled_positions(config.rope, config.max_positions);
}

std::optional<int64_t> context_length(const JsonObject& config) {
  if (!config.has("max_position_embeddings")) return std::nullopt;
  const int64_t positions = config.integer("max_position_embeddings", 1, int64_t{1} << 40);
  return scaled_positions(parse_rope(config, positions), positions);
}

std::vector<int64_t> layer_windows(const JsonObject& config, int64_t layers) {
  const auto count = static_cast<size_t>(layers);
  std::vector<int64_t> windows(count, 0);
  const bool use = config.boolean("use_sliding_window", false) && config.has("sliding_window");
  const int64_t window = use ? config.integer("sliding_window", 1, int64_t{1} << 40) : 0;
  if (config.has("layer_types")) {
    const std::vector<std::string> types = config.texts("layer_types");
    if (types.size() != count)
      bad_input("{} has {} entries for {} layers", config.name_of("layer_types"), types.size(),
                layers);
    for (size_t i = 0; i < count; ++i) {
      if (types[i] != "full_attention" && types[i] != "sliding_attention")
        bad_input("{}[{}] is `{}`; known are full_attention and sliding_attention",
                  config.name_of("layer_types"), i, types[i]);
      if (types[i] == "sliding_attention") windows[i] = window;
    }
    return windows;
  }
  const int64_t first = config.integer("max_window_layers", 0, kMaxSize, 28);
  for (size_t i = 0; i < count; ++i)
    if (static_cast<int64_t>(i) >= first) windows[i] = window;
  return windows;
}

}  // namespace hearth::frontends
