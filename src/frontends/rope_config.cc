#include "frontends/rope_config.h"

#include <algorithm>

#include "base/error.h"

namespace hearth::frontends {
namespace {

constexpr std::string_view kTypes[] = {"default", "linear", "dynamic", "yarn", "llama3"};

// rope_parameters or rope_scaling; empty when the config has neither.
std::optional<JsonObject> scaling_object(const JsonObject& config) {
  for (const char* key : {"rope_parameters", "rope_scaling"})
    if (config.has(key)) return config.object(key);
  return std::nullopt;
}

double positive(const JsonObject& object, const std::string& key, double value) {
  if (!(value > 0)) bad_input("{} is {}, but must be above 0", object.name_of(key), value);
  return value;
}

void parse_yarn(const JsonObject& scaling, RopeConfig& rope) {
  rope.beta_fast = positive(scaling, "beta_fast", scaling.number("beta_fast", 32.0));
  rope.beta_slow = positive(scaling, "beta_slow", scaling.number("beta_slow", 1.0));
  if (scaling.has("attention_factor")) rope.attention_factor = scaling.number("attention_factor");
  rope.mscale = scaling.number("mscale", 0.0);
  rope.mscale_all_dim = scaling.number("mscale_all_dim", 0.0);
  rope.truncate = scaling.boolean("truncate", true);
}

void parse_llama3(const JsonObject& scaling, RopeConfig& rope) {
  rope.low_freq_factor = positive(scaling, "low_freq_factor", scaling.number("low_freq_factor"));
  rope.high_freq_factor = positive(scaling, "high_freq_factor", scaling.number("high_freq_factor"));
  if (rope.high_freq_factor <= rope.low_freq_factor)
    bad_input("{} is {}, but must be above low_freq_factor, {}",
              scaling.name_of("high_freq_factor"), rope.high_freq_factor, rope.low_freq_factor);
}

}  // namespace

RopeConfig parse_rope(const JsonObject& config, int64_t max_positions) {
  RopeConfig rope;
  rope.theta = config.number("rope_theta", rope.theta);
  rope.original_positions = max_positions;
  const std::optional<JsonObject> scaling = scaling_object(config);
  if (!scaling) {
    positive(config, "rope_theta", rope.theta);
    return rope;
  }
  rope.theta = positive(*scaling, "rope_theta", scaling->number("rope_theta", rope.theta));
  rope.type = scaling->text("rope_type", scaling->text("type", "default"));
  if (std::find(std::begin(kTypes), std::end(kTypes), rope.type) == std::end(kTypes))
    bad_input("{} is `{}`; known are {}",
              scaling->name_of(scaling->has("rope_type") ? "rope_type" : "type"), rope.type,
              fmt::join(kTypes, ", "));
  const double partial =
      scaling->number("partial_rotary_factor", config.number("partial_rotary_factor", 1.0));
  if (partial != 1.0)
    bad_input("{} is {}; only heads that are rotated whole (1.0) are known for this family",
              scaling->name_of("partial_rotary_factor"), partial);
  if (rope.type == "default") return rope;

  rope.factor = scaling->number("factor");
  if (rope.factor < 1.0)
    bad_input("{} is {}, but must be at least 1", scaling->name_of("factor"), rope.factor);
  // transformers lets the key beside rope_parameters win over the one inside.
  constexpr int64_t kMaxPositions = int64_t{1} << 40;
  const std::string original = "original_max_position_embeddings";
  rope.original_positions = config.integer(
      original, 1, kMaxPositions, scaling->integer(original, 1, kMaxPositions, max_positions));
  if (rope.type == "yarn") parse_yarn(*scaling, rope);
  if (rope.type == "llama3") parse_llama3(*scaling, rope);
  return rope;
}

}  // namespace hearth::frontends
