#include "compress/compression_info.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "ir/rt_info.h"

namespace hearth::compress {
namespace {

// The version whose layout of sub-graphs and keys this is.
constexpr const char* kNncfVersion = "3.4.0";

std::string python(bool value) { return value ? "True" : "False"; }

std::string python(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string python(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(python(text));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

const char* name_of(GroupSizeFallback fallback) {
  static constexpr const char* kNames[] = {"error", "ignore", "adjust"};
  return kNames[static_cast<size_t>(fallback)];
}

// A dictionary as Python prints it. What is not about the options at hand are NNCF's defaults for
// methods that were not used.
std::string advanced_parameters(const Settings& settings) {
  return fmt::format(
      "{{'statistics_path': None, 'lora_adapter_rank': 256, 'group_size_fallback_mode': '{}', "
      "'min_adjusted_group_size': 32, 'awq_params': {{'subset_size': 32, 'percent_to_apply': "
      "0.002, "
      "'alpha_min': 0.0, 'alpha_max': 1.0, 'steps': 100, 'prefer_data_aware_scaling': True}}, "
      "'scale_estimation_params': {{'subset_size': 64, 'initial_steps': 5, 'scale_steps': 5, "
      "'weight_penalty': -1.0}}, 'gptq_params': {{'damp_percent': 0.1, 'block_size': 128, "
      "'subset_size': 128}}, 'lora_correction_params': {{'adapter_rank': 8, 'num_iterations': 3, "
      "'apply_regularization': True, 'subset_size': 128, 'use_int8_adapters': True}}, "
      "'backend_params': {{}}, 'codebook': {}, 'adaptive_codebook_params': {{'value_type': "
      "'f8e4m3', "
      "'across_blocks': False, 'num_elements': 16}}}}",
      name_of(settings.fallback),
      settings.table.empty() ? "None" : fmt::format("[{}]", fmt::join(settings.table, ", ")));
}

void record_scope(std::vector<ir::RtInfo>& trees, const IgnoredScope& scope) {
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"names", &scope.names}, {"patterns", &scope.patterns}, {"types", &scope.types}};
  bool is_empty = true;
  for (const auto& [key, list] : lists) {
    if (list->empty()) continue;
    is_empty = false;
    ir::set_rt_value(trees, {"nncf", "weight_compression", "ignored_scope", key}, python(*list));
  }
  if (is_empty) ir::set_rt_value(trees, {"nncf", "weight_compression", "ignored_scope"}, "[]");
}

// Frontends ask for a cache of f16 so that float models keep their accuracy; in a compressed model
// that is no longer what limits it.
void release_cache_precision(std::vector<ir::RtInfo>& trees) {
  const std::string* precision = ir::rt_value(trees, {"runtime_options", "KV_CACHE_PRECISION"});
  if (precision == nullptr || *precision != "f16") return;
  for (ir::RtInfo& tree : trees)
    if (tree.name == "runtime_options")
      std::erase_if(tree.children,
                    [](const ir::RtInfo& option) { return option.name == "KV_CACHE_PRECISION"; });
}

}  // namespace

void record_compression(ir::Graph& graph, const Settings& settings) {
  auto& trees = graph.rt_info;
  const auto set = [&](const char* key, std::string value) {
    ir::set_rt_value(trees, {"nncf", "weight_compression", key}, std::move(value));
  };
  ir::set_rt_value(trees, {"nncf", "friendly_names_were_updated"}, python(true));
  set("advanced_parameters", advanced_parameters(settings));
  set("all_layers", python(settings.all_layers));
  set("awq", python(settings.awq));
  set("backup_mode", backup_name(settings));
  set("compression_format", "dequantize");
  set("gptq", python(false));
  set("group_size", std::to_string(settings.primary.group));
  record_scope(trees, settings.scope);
  set("lora_correction", python(false));
  set("mode", std::string(kernels::traits(settings.primary.format).name));
  set("ratio", fmt::format("{}", settings.ratio));
  set("scale_estimation", python(false));
  set("sensitivity_metric", "weight_quantization_error");
  ir::set_rt_value(trees, {"nncf", "version"}, kNncfVersion);
  release_cache_precision(trees);
}

}  // namespace hearth::compress
