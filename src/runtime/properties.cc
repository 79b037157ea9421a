#include "runtime/properties.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>

#include "base/affinity.h"
#include "base/core_topology.h"
#include "base/error.h"
#include "base/log.h"
#include "base/threads.h"
#include "runtime/streams.h"

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
        "have; u8 is used",
        option);
  return ElementType::u8;
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

// The settable properties as text; what was decided for them replaces what was asked for.
using Values = std::map<std::string, std::string>;

// NUM_STREAMS as a number, 0 when PERFORMANCE_HINT decides. AUTO and NUMA are hints by other names.
int asked_streams(Values& values) {
  const std::string& text = values["NUM_STREAMS"];
  if (text.empty()) return 0;
  std::string& hint = values["PERFORMANCE_HINT"];
  if (text == "AUTO" || text == "-1") hint = "THROUGHPUT";
  if (text == "NUMA" || text == "-2") hint = "LATENCY";
  for (const char* word : {"AUTO", "-1", "NUMA", "-2"})
    if (text == word) return 0;
  const auto number = Any(text).to_int();
  if (!number || *number < 0)
    bad_input("property NUM_STREAMS is `{}`; it takes a number from 0 upwards, AUTO or NUMA", text);
  return static_cast<int>(std::clamp<int64_t>(*number, 1, 1024));
}

// The cores that threads are to be bound to, none when they may run anywhere. As OpenVINO's CPU
// plugin: where no core is of the kind asked for, the kind does not matter.
std::vector<int> choose_cpus(Values& values) {
  std::string& type = values["SCHEDULING_CORE_TYPE"];
  const bool pinned = values["ENABLE_CPU_PINNING"] == "YES";
  if (type == "ANY_CORE" && values["ENABLE_HYPER_THREADING"] == "YES")
    return pinned ? allowed_cpus() : std::vector<int>();
  const std::vector<LogicalCore> all = describe_cores(allowed_cpus());
  std::vector<LogicalCore> chosen = all;
  if (type != "ANY_CORE") {
    chosen = cores_of(all, type == "PCORE_ONLY" ? CoreKind::performance : CoreKind::efficiency);
    if (chosen.empty()) {
      log(LogLevel::info, "no core is of SCHEDULING_CORE_TYPE {}", type);
      chosen = all;
      type = "ANY_CORE";
    }
  }
  if (values["ENABLE_HYPER_THREADING"] == "NO") chosen = without_hyper_threads(chosen);
  if (chosen.size() == all.size() && !pinned) return {};
  values["ENABLE_CPU_PINNING"] = "YES";
  std::vector<int> cpus;
  cpus.reserve(chosen.size());
  for (const LogicalCore& core : chosen) cpus.push_back(core.cpu);
  return cpus;
}

// As OpenVINO's CPU plugin divides the threads of one machine among inferences.
void divide_threads(Values& values, Settings& out) {
  const auto count = [&](const char* name) {
    return static_cast<int>(std::min<int64_t>(*Any(values[name]).to_int(), 1024));
  };
  const int asked = count("INFERENCE_NUM_THREADS");
  int usable = ThreadPool::instance().size();
  if (!out.cpus.empty()) usable = std::min(usable, static_cast<int>(out.cpus.size()));
  const int threads = asked == 0 ? usable : std::min(asked, usable);
  if (asked > usable)
    log(LogLevel::info, "INFERENCE_NUM_THREADS is {}, but this model may use {} cores", asked,
        usable);
  const int requests = count("PERFORMANCE_HINT_NUM_REQUESTS");
  int streams = asked_streams(values);
  if (streams > 0) {
    if (requests > 0) streams = std::min(streams, requests);
  } else {
    streams = values["PERFORMANCE_HINT"] == "LATENCY" ? 1 : throughput_streams(threads, requests);
  }
  out.streams = std::min(streams, threads);
  out.threads = threads / out.streams * out.streams;
  values["INFERENCE_NUM_THREADS"] = std::to_string(out.threads);
  values["NUM_STREAMS"] = std::to_string(out.streams);
}

}  // namespace

Settings read_settings(const AnyMap& properties, const ir::Graph& graph) {
  Values values;
  for (const PropertyInfo& p : known_properties())
    if (std::string(p.kind) != "readonly") values[p.name] = p.default_value;
  for (const auto& [name, value] : properties) values[name] = checked(find_property(name), value);
  Settings out;
  out.isa = active_isa();
  const bool accuracy = values["EXECUTION_MODE_HINT"] == "ACCURACY";
  const std::string& precision = values["INFERENCE_PRECISION_HINT"];
  out.inference_precision = precision != "dynamic"               ? *parse_element_type(precision)
                            : !accuracy && has_bf16_arithmetic() ? ElementType::bf16
                                                                 : ElementType::f32;
  out.kv_precision = choose_kv_precision(values["KV_CACHE_PRECISION"], accuracy, graph);
  out.quantization_group = choose_quantization_group(
      properties.contains(kGroupSize) ? values[kGroupSize] : "", accuracy, graph);
  out.cpus = choose_cpus(values);
  divide_threads(values, out);
  values["INFERENCE_PRECISION_HINT"] = to_string(out.inference_precision);
  values["KV_CACHE_PRECISION"] = to_string(out.kv_precision);
  values[kGroupSize] = std::to_string(out.quantization_group);
  for (const PropertyInfo& p : known_properties())
    if (values.contains(p.name)) out.as_set.emplace_back(p.name, values[p.name]);
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
  if (name == "OPTIMAL_NUMBER_OF_INFER_REQUESTS") return static_cast<uint32_t>(settings.streams);
  for (const auto& [known, value] : settings.as_set)
    if (known == name) return value;
  return {};
}

}  // namespace hearth::runtime
