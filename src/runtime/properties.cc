#include "runtime/properties.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/log.h"
#include "base/threads.h"

namespace hearth::runtime {

const std::vector<PropertyInfo>& known_properties() {
  static const std::vector<PropertyInfo> list = {
#define HEARTH_PROPERTY(name, kind, default_value, help) {#name, kind, default_value, help},
#include "hearth/properties.inc"
#undef HEARTH_PROPERTY
  };
  return list;
}

namespace {

const PropertyInfo& find_property(const std::string& name) {
  std::string known;
  for (const PropertyInfo& p : known_properties()) {
    if (name == p.name) return p;
    known += (known.empty() ? "" : ", ") + std::string(p.name);
  }
  bad_input("there is no property `{}`; known are {}", name, known);
}

bool is_word_of(const std::string& kind, const std::string& value) {
  std::istringstream words(kind);
  for (std::string word; std::getline(words, word, '|');)
    if (word == value) return true;
  return false;
}

// The value as text, after checking that it is of the property's kind.
std::string checked(const PropertyInfo& property, const Any& value) {
  const std::string kind = property.kind;
  const auto text = value.to_text();
  const auto refuse = [&](const char* expected) {
    bad_input("property {} is `{}`; it takes {}", property.name, text.value_or("(no text)"),
              expected);
  };
  if (kind == "readonly") bad_input("property {} can be read, but not set", property.name);
  if (kind == "integer") {
    const auto number = value.to_int();
    if (!number || *number < 0) refuse("a number from 0 upwards");
    return std::to_string(*number);
  }
  if (kind == "boolean") {
    const auto flag = value.to_bool();
    if (!flag) refuse("YES or NO");
    return *flag ? "YES" : "NO";
  }
  if (!text) refuse("text");
  if (kind != "text" && !is_word_of(kind, *text)) refuse(property.kind);
  return *text;
}

// runtime_options of the model's rt_info.
std::string runtime_option(const ir::Graph& graph, const std::string& name) {
  for (const ir::RtInfo& section : graph.rt_info) {
    if (section.name != "runtime_options") continue;
    for (const ir::RtInfo& option : section.children)
      if (option.name == name)
        for (const auto& [key, value] : option.attributes)
          if (key == "value") return value;
  }
  return {};
}

ElementType choose_kv_precision(const std::string& asked, bool accuracy, const ir::Graph& graph) {
  if (asked != "dynamic") return *parse_element_type(asked);
  if (accuracy) return ElementType::f32;
  const std::string option = runtime_option(graph, "KV_CACHE_PRECISION");
  for (const char* known : {"f32", "f16", "bf16", "u8", "u4"})
    if (option == known) return *parse_element_type(option);
  if (!option.empty())
    log(LogLevel::warning,
        "the model's runtime_options ask for a {} key-value cache, which this version does not "
        "have; f16 is used",
        option);
  return ElementType::f16;
}

constexpr const char* kGroupSize = "DYNAMIC_QUANTIZATION_GROUP_SIZE";

// A multiple of 32, or 0; empty when the text is no such number. All numbers past any row, such as
// OpenVINO's largest, mean a whole row.
std::optional<int64_t> parse_group(const std::string& text) {
  constexpr uint64_t kWholeRow = uint64_t{1} << 31;
  uint64_t group = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), group);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (group >= kWholeRow) return static_cast<int64_t>(kWholeRow);
  return group % 32 == 0 ? std::optional(static_cast<int64_t>(group)) : std::nullopt;
}

// `asked` is empty when the property is not set.
int64_t choose_quantization_group(const std::string& asked, bool accuracy, const ir::Graph& graph) {
  if (!asked.empty()) {
    const auto group = parse_group(asked);
    if (!group)
      bad_input(
          "property {} is `{}`; it takes a multiple of 32, or 0 for activations that are not "
          "quantised",
          kGroupSize, asked);
    return *group;
  }
  if (accuracy) return 0;
  const std::string option = runtime_option(graph, kGroupSize);
  if (const auto group = parse_group(option)) return *group;
  if (!option.empty())
    log(LogLevel::warning, "the model's runtime_options ask for {} {}, which is no multiple of 32",
        kGroupSize, option);
  return *parse_group(find_property(kGroupSize).default_value);
}

}  // namespace

Settings read_settings(const AnyMap& properties, const ir::Graph& graph) {
  AnyMap given;
  for (const auto& [name, value] : properties) given[name] = checked(find_property(name), value);
  const auto setting = [&](const char* name) {
    const auto it = given.find(name);
    return it != given.end() ? it->second.as<std::string>() : find_property(name).default_value;
  };
  Settings out;
  out.isa = active_isa();
  const bool accuracy = setting("EXECUTION_MODE_HINT") == "ACCURACY";
  const std::string precision = setting("INFERENCE_PRECISION_HINT");
  out.inference_precision = precision != "dynamic"               ? *parse_element_type(precision)
                            : !accuracy && has_bf16_arithmetic() ? ElementType::bf16
                                                                 : ElementType::f32;
  out.kv_precision = choose_kv_precision(setting("KV_CACHE_PRECISION"), accuracy, graph);
  out.quantization_group = choose_quantization_group(
      given.contains(kGroupSize) ? setting(kGroupSize) : "", accuracy, graph);
  const int threads = std::stoi(setting("INFERENCE_NUM_THREADS"));
  const int pool = ThreadPool::instance().size();
  out.threads = threads == 0 ? pool : std::min(threads, pool);
  if (threads > pool)
    log(LogLevel::info, "INFERENCE_NUM_THREADS is {}, but this process may use {} cores", threads,
        pool);
  for (const PropertyInfo& p : known_properties())
    if (std::string(p.kind) != "readonly") out.as_set.emplace_back(p.name, setting(p.name));
  for (auto& [name, value] : out.as_set) {
    if (name == "INFERENCE_PRECISION_HINT") value = to_string(out.inference_precision);
    if (name == "KV_CACHE_PRECISION") value = to_string(out.kv_precision);
    if (name == kGroupSize) value = std::to_string(out.quantization_group);
    if (name == "INFERENCE_NUM_THREADS") value = std::to_string(out.threads);
  }
  return out;
}

Any property_value(const std::string& name, const Settings& settings) {
  find_property(name);
  if (name == "SUPPORTED_PROPERTIES") {
    std::string all;
    for (const PropertyInfo& p : known_properties())
      all += (all.empty() ? "" : " ") + std::string(p.name);
    return all;
  }
  if (name == "FULL_DEVICE_NAME") return describe_cpu();
  if (name == "OPTIMIZATION_CAPABILITIES")
    return std::string(has_bf16_arithmetic() ? "FP32 FP16 BF16" : "FP32 FP16");
  if (name == "EXECUTION_DEVICES") return std::string("CPU");
  if (name == "OPTIMAL_NUMBER_OF_INFER_REQUESTS") return uint32_t{1};
  for (const auto& [known, value] : settings.as_set)
    if (known == name) return value;
  return {};
}

}  // namespace hearth::runtime
