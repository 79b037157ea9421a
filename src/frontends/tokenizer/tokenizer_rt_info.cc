#include "frontends/tokenizer/tokenizer_rt_info.h"

#include "hearth/version.hpp"
#include "ir/rt_info.h"

namespace hearth::frontends {
namespace {

// Whose layout of operations the graphs have. openvino_genai takes a tokenizer without this note
// for one from before 2024.5 and then leaves its settings alone.
constexpr const char* kLayout = "2026.4.1.0";

}  // namespace

std::vector<ir::RtInfo> tokenizer_rt_info(const TokenizerFacts& facts, const JsonObject& tokenizer,
                                          const JsonObject& config, const Template& t) {
  std::vector<ir::RtInfo> out;
  const auto set = [&](const char* name, std::string value) {
    ir::set_rt_value(out, {name}, std::move(value));
  };
  set("openvino_tokenizers_version", kLayout);
  set("hearth_version", kVersion);
  set("add_special_tokens", "True");
  set("skip_special_tokens", "True");
  set("utf8_replace_mode", "replace");
  set("number_of_inputs", "1");
  if (config.has("tokenizer_class"))
    set("original_tokenizer_class", config.text("tokenizer_class"));
  const auto set_id = [&](const char* name, const std::optional<int64_t>& id) {
    if (id) set(name, std::to_string(*id));
  };
  set_id("bos_token_id", facts.bos);
  set_id("eos_token_id", facts.eos);
  set_id("pad_token_id", facts.pad);
  if (!facts.chat_template.empty()) set("chat_template", facts.chat_template);
  if (tokenizer.has("post_processor"))
    set("original_post_processor_template", tokenizer.find("post_processor")->dump());
  set("processed_post_processor_template", template_text(t));
  return out;
}

}  // namespace hearth::frontends
