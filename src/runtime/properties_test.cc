// Properties: what is accepted, what is refused, and where defaults come from.
#include "runtime/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/affinity.h"
#include "base/core_topology.h"
#include "base/threads.h"
#include "hearth/exception.hpp"
#include "hearth/properties.hpp"
#include "runtime/streams.h"

namespace hearth::runtime {
namespace {

std::string error_of(const AnyMap& properties) {
  try {
    read_settings(properties, ir::Graph());
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return {};
}

TEST(Properties, UnknownNamesAndValuesListTheKnownOnes) {
  EXPECT_THAT(error_of({{"INFERENCE_PRECISION", "f32"}}),
              testing::HasSubstr("INFERENCE_PRECISION_HINT"));
  EXPECT_THAT(error_of({{"INFERENCE_PRECISION_HINT", "f8"}}), testing::HasSubstr("f32|bf16|f16"));
  EXPECT_THAT(error_of({{"KV_CACHE_PRECISION", "i8"}}), testing::HasSubstr("f32|f16|bf16|u8|u4"));
  EXPECT_THAT(error_of({{"INFERENCE_NUM_THREADS", -1}}), testing::HasSubstr("from 0 upwards"));
  EXPECT_THAT(error_of({{"FULL_DEVICE_NAME", "x"}}), testing::HasSubstr("not set"));
}

TEST(Properties, ModeAndModelGiveDefaults) {
  const Settings accurate = read_settings({{"EXECUTION_MODE_HINT", "ACCURACY"}}, ir::Graph());
  EXPECT_EQ(accurate.inference_precision, ElementType::f32);
  EXPECT_EQ(accurate.kv_precision, ElementType::f32);
  EXPECT_EQ(read_settings({}, ir::Graph()).kv_precision, ElementType::u8);

  ir::Graph graph;
  const auto asks_for = [&](const char* type) {
    graph.rt_info = {{"runtime_options", {}, {{"KV_CACHE_PRECISION", {{"value", type}}, {}}}}};
    return read_settings({}, graph).kv_precision;
  };
  EXPECT_EQ(asks_for("f16"), ElementType::f16);
  EXPECT_EQ(asks_for("u4"), ElementType::u4);
  EXPECT_EQ(asks_for("i8"), ElementType::u8) << "what is not had is passed over with a warning";
  EXPECT_EQ(asks_for("bf16"), ElementType::bf16);
  EXPECT_EQ(read_settings({{"KV_CACHE_PRECISION", "f32"}}, graph).kv_precision, ElementType::f32);
}

TEST(Properties, ActivationsAreQuantisedUnlessAskedNotToBe) {
  const auto group = [](const AnyMap& properties, const std::string& option = "") {
    ir::Graph graph;
    if (!option.empty())
      graph.rt_info.push_back(
          {"runtime_options", {}, {{"DYNAMIC_QUANTIZATION_GROUP_SIZE", {{"value", option}}, {}}}});
    return read_settings(properties, graph).quantization_group;
  };
  const auto set = hint::dynamic_quantization_group_size;
  EXPECT_EQ(group({}), 128);
  EXPECT_EQ(group({set(128)}), 128);
  EXPECT_EQ(group({{"EXECUTION_MODE_HINT", "ACCURACY"}}), 0);
  EXPECT_EQ(group({{"EXECUTION_MODE_HINT", "ACCURACY"}, set(64)}), 64);
  EXPECT_EQ(group({}, "0"), 0);
  EXPECT_EQ(group({set(64)}, "0"), 64);
  EXPECT_EQ(group({}, "18446744073709551615"), int64_t{1} << 31);
  EXPECT_EQ(group({}, "48"), 128) << "a model's odd value is passed over with a warning";
  EXPECT_THAT(error_of({set(33)}), testing::HasSubstr("multiple of 32"));
}

// As openvino 2026.4 answers on the same machine, whose cores are two in what the comments say.
TEST(Properties, HintsDecideTheStreams) {
  const int cores = ThreadPool::instance().size();
  const auto streams = [](const AnyMap& properties) {
    const Settings s = read_settings(properties, ir::Graph());
    EXPECT_EQ(property_value("OPTIMAL_NUMBER_OF_INFER_REQUESTS", s).as<int>(), s.streams);
    EXPECT_EQ(property_value("NUM_STREAMS", s).as<int>(), s.streams);
    EXPECT_EQ(s.threads % s.streams, 0);
    return s.streams;
  };
  const int all = throughput_streams(cores, 0);  // 2
  EXPECT_EQ(streams({}), 1);
  EXPECT_EQ(streams({hint::performance_mode(hint::PerformanceMode::LATENCY)}), 1);
  EXPECT_EQ(streams({hint::performance_mode(hint::PerformanceMode::THROUGHPUT)}), all);
  EXPECT_EQ(streams({hint::performance_mode(hint::PerformanceMode::CUMULATIVE_THROUGHPUT)}), all);
  EXPECT_EQ(streams({{"PERFORMANCE_HINT", "THROUGHPUT"}, hint::num_requests(1u)}), 1);
  EXPECT_EQ(streams({{"PERFORMANCE_HINT", "LATENCY"}, hint::num_requests(4u)}), 1);
  EXPECT_EQ(streams({num_streams(2)}), std::min(2, cores));
  EXPECT_EQ(streams({num_streams(2), hint::num_requests(1u)}), 1);
  EXPECT_EQ(streams({num_streams(1000)}), cores);
  EXPECT_EQ(streams({{"NUM_STREAMS", "AUTO"}}), all);
  EXPECT_EQ(streams({{"NUM_STREAMS", -1}}), all);
  EXPECT_EQ(streams({{"NUM_STREAMS", "NUMA"}, {"PERFORMANCE_HINT", "THROUGHPUT"}}), 1);
  EXPECT_EQ(streams({{"PERFORMANCE_HINT", "THROUGHPUT"}, inference_num_threads(1)}), 1);

  const Settings automatic = read_settings({{"NUM_STREAMS", "AUTO"}}, ir::Graph());
  EXPECT_EQ(property_value("PERFORMANCE_HINT", automatic).as<std::string>(), "THROUGHPUT");
  EXPECT_THAT(error_of({{"NUM_STREAMS", "x"}}), testing::HasSubstr("AUTO or NUMA"));
  EXPECT_THAT(error_of({{"NUM_STREAMS", -3}}), testing::HasSubstr("from 0 upwards"));
  EXPECT_THAT(error_of({{"PERFORMANCE_HINT", "UNDEFINED"}}), testing::HasSubstr("THROUGHPUT"));
  EXPECT_THAT(error_of({{"PERFORMANCE_HINT_NUM_REQUESTS", -1}}), testing::HasSubstr("from 0"));
}

TEST(Properties, ThreadsAreNotPinnedUnlessAsked) {
  EXPECT_THAT(read_settings({}, ir::Graph()).cpus, testing::IsEmpty());
  EXPECT_EQ(read_settings({hint::enable_cpu_pinning(true)}, ir::Graph()).cpus, allowed_cpus());
}

// As openvino 2026.4 answers where all cores are of one kind.
TEST(Properties, CoresOfAKindThatIsNotThereAreAnyCores) {
  if (!cores_of(describe_cores(allowed_cpus()), CoreKind::efficiency).empty())
    GTEST_SKIP() << "cores of two kinds";
  const auto type_of = [](hint::SchedulingCoreType type) {
    const Settings s = read_settings({hint::scheduling_core_type(type)}, ir::Graph());
    EXPECT_THAT(s.cpus, testing::IsEmpty()) << "no core is left out, so none is bound";
    return property_value("SCHEDULING_CORE_TYPE", s).as<std::string>();
  };
  EXPECT_EQ(type_of(hint::SchedulingCoreType::ECORE_ONLY), "ANY_CORE");
  EXPECT_EQ(type_of(hint::SchedulingCoreType::PCORE_ONLY), "PCORE_ONLY");
  EXPECT_THAT(error_of({{"SCHEDULING_CORE_TYPE", "X"}}), testing::HasSubstr("PCORE_ONLY"));
}

TEST(Properties, WithoutHyperThreadingThereIsAThreadForEachPhysicalCore) {
  const auto all = describe_cores(allowed_cpus()), physical = without_hyper_threads(all);
  const Settings s = read_settings({hint::enable_hyper_threading(false)}, ir::Graph());
  EXPECT_LE(s.threads, static_cast<int>(physical.size()));
  EXPECT_EQ(s.cpus.empty(), physical.size() == all.size());
  EXPECT_EQ(property_value("ENABLE_CPU_PINNING", s).as<std::string>(),
            s.cpus.empty() ? "NO" : "YES");
}

TEST(Properties, TypedSettersGiveTheSameNames) {
  const Settings s = read_settings(
      {hint::inference_precision(element::bf16), hint::kv_cache_precision(element::f32),
       hint::execution_mode(hint::ExecutionMode::ACCURACY), inference_num_threads(1)},
      ir::Graph());
  EXPECT_EQ(s.inference_precision, ElementType::bf16);
  EXPECT_EQ(s.kv_precision, ElementType::f32);
  EXPECT_EQ(s.threads, 1);
}

}  // namespace
}  // namespace hearth::runtime
