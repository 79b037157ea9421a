// The settings of a compiled model: properties checked against the list of hearth/properties.inc.
#pragma once

#include <string>
#include <vector>

#include "base/cpu.h"
#include "hearth/any.hpp"
#include "ir/graph.h"

namespace hearth::runtime {

struct PropertyInfo {
  const char* name;
  const char* kind;
  const char* default_value;
  const char* help;
};
const std::vector<PropertyInfo>& known_properties();

struct Settings {
  ElementType inference_precision = ElementType::f32;  ///< f32, bf16 or f16
  ElementType kv_precision = ElementType::f16;         ///< f32, bf16 or f16
  int64_t quantization_group = 0;  ///< of activations, a multiple of 32; 0: not quantised
  int threads = 1;                 ///< of all streams
  int streams = 1;        ///< inferences of one model that run at the same time, each on its share
  std::vector<int> cpus;  ///< cores that threads are bound to, one each; empty: anywhere
  Isa isa = Isa::scalar;
  std::vector<std::pair<std::string, std::string>> as_set;  ///< every property, as text
};

/// Throws bad_input for an unknown name or value, listing the known ones. Defaults come from the
/// model's rt_info (runtime_options), then from the list.
Settings read_settings(const AnyMap& properties, const ir::Graph& graph);

/// The value of a property, as text. Throws bad_input for unknown names.
Any property_value(const std::string& name, const Settings& settings);

}  // namespace hearth::runtime
