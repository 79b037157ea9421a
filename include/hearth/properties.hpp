// Properties of devices and compiled models, under the names OpenVINO gives them. The whole list,
// with values and defaults, is hearth/properties.inc.
#pragma once

#include <cstdint>
#include <string>

#include "hearth/any.hpp"
#include "hearth/element_type.hpp"

namespace hearth {

namespace hint {
inline std::pair<std::string, Any> inference_precision(ElementType type) {
  return {"INFERENCE_PRECISION_HINT", std::string(to_string(type))};
}
inline std::pair<std::string, Any> kv_cache_precision(ElementType type) {
  return {"KV_CACHE_PRECISION", std::string(to_string(type))};
}
enum class ExecutionMode { PERFORMANCE, ACCURACY };
inline std::pair<std::string, Any> execution_mode(ExecutionMode mode) {
  return {"EXECUTION_MODE_HINT",
          std::string(mode == ExecutionMode::ACCURACY ? "ACCURACY" : "PERFORMANCE")};
}
enum class PerformanceMode { LATENCY, THROUGHPUT, CUMULATIVE_THROUGHPUT };
inline std::pair<std::string, Any> performance_mode(PerformanceMode mode) {
  constexpr const char* kNames[] = {"LATENCY", "THROUGHPUT", "CUMULATIVE_THROUGHPUT"};
  return {"PERFORMANCE_HINT", std::string(kNames[static_cast<int>(mode)])};
}
inline constexpr Property<uint32_t> num_requests{"PERFORMANCE_HINT_NUM_REQUESTS"};
inline constexpr Property<bool> enable_cpu_pinning{"ENABLE_CPU_PINNING"};
inline constexpr Property<bool> enable_hyper_threading{"ENABLE_HYPER_THREADING"};
enum class SchedulingCoreType { ANY_CORE, PCORE_ONLY, ECORE_ONLY };
inline std::pair<std::string, Any> scheduling_core_type(SchedulingCoreType type) {
  constexpr const char* kNames[] = {"ANY_CORE", "PCORE_ONLY", "ECORE_ONLY"};
  return {"SCHEDULING_CORE_TYPE", std::string(kNames[static_cast<int>(type)])};
}
inline constexpr Property<uint64_t> dynamic_quantization_group_size{
    "DYNAMIC_QUANTIZATION_GROUP_SIZE"};
}  // namespace hint

inline constexpr Property<int32_t> inference_num_threads{"INFERENCE_NUM_THREADS"};
inline constexpr Property<int32_t> num_streams{"NUM_STREAMS"};
inline constexpr Property<uint32_t> optimal_number_of_infer_requests{
    "OPTIMAL_NUMBER_OF_INFER_REQUESTS"};
inline constexpr Property<std::string> cache_dir{"CACHE_DIR"};
inline constexpr Property<bool> enable_mmap{"ENABLE_MMAP"};

namespace device {
inline constexpr Property<std::string> full_name{"FULL_DEVICE_NAME"};
}  // namespace device

}  // namespace hearth
