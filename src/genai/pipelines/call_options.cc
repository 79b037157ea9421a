#include "genai/pipelines/call_options.h"

namespace hearth::genai {

CallOptions call_options(const AnyMap& properties, const GenerationConfig& base) {
  CallOptions out{base, {}};
  AnyMap fields = properties;
  if (const auto it = fields.find("streamer"); it != fields.end()) {
    out.streamer = it->second.as<StreamerVariant>();
    fields.erase(it);
  }
  if (const auto it = fields.find("generation_config"); it != fields.end()) {
    out.config = it->second.as<GenerationConfig>();
    fields.erase(it);
  }
  out.config.update_generation_config(fields);
  return out;
}

CallOptions with_end_tokens(CallOptions options, const GenerationConfig& model) {
  if (options.config.eos_token_id < 0 && model.eos_token_id >= 0) {
    options.config.eos_token_id = model.eos_token_id;
    options.config.stop_token_ids.insert(model.stop_token_ids.begin(), model.stop_token_ids.end());
  }
  return options;
}

}  // namespace hearth::genai
