#include "base/core_topology.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/affinity.h"

namespace hearth {
namespace {

// A folder as the kernel's /sys/devices.
class Devices {
 public:
  Devices()
      : root_(std::filesystem::path(testing::TempDir()) /
              ("hearth_core_topology_" + std::to_string(::getpid()))) {}
  ~Devices() { std::filesystem::remove_all(root_); }
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  void siblings(int cpu, const std::string& list) const {
    write("system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list", list + "\n");
  }
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

std::vector<int> numbers(const std::vector<LogicalCore>& cores) {
  std::vector<int> out;
  out.reserve(cores.size());
  for (const LogicalCore& core : cores) out.push_back(core.cpu);
  return out;
}

using Cpus = std::vector<int>;

// Two fast cores of two threads each and four slow ones, as on a laptop.
TEST(CoreTopology, AHybridProcessor) {
  const Devices devices;
  for (const int cpu : {0, 1}) devices.siblings(cpu, "0-1");
  for (const int cpu : {2, 3}) devices.siblings(cpu, "2,3");
  for (const int cpu : {4, 5, 6, 7}) devices.siblings(cpu, std::to_string(cpu));
  devices.write("cpu_core/cpus", "0-3\n");
  devices.write("cpu_atom/cpus", "4-5,6,7\n");
  const auto cores = describe_cores({0, 1, 2, 3, 4, 5, 6, 7}, devices.root());
  EXPECT_EQ(numbers(cores), (Cpus{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(numbers(without_hyper_threads(cores)), (Cpus{0, 2, 4, 5, 6, 7}));
  EXPECT_EQ(numbers(cores_of(cores, CoreKind::performance)), (Cpus{0, 1, 2, 3}));
  EXPECT_EQ(numbers(cores_of(cores, CoreKind::efficiency)), (Cpus{4, 5, 6, 7}));
  EXPECT_EQ(numbers(without_hyper_threads(cores_of(cores, CoreKind::performance))), (Cpus{0, 2}));
  // A process that may use the second threads of the cores alone.
  EXPECT_EQ(numbers(without_hyper_threads(describe_cores({1, 3}, devices.root()))), (Cpus{1, 3}));
}

TEST(CoreTopology, WhatTheKernelDoesNotSayIsACoreOfItsOwn) {
  const Devices devices;
  devices.siblings(1, "many");
  devices.siblings(2, "2-");
  devices.siblings(3, "3-999999999");
  devices.write("cpu_atom/cpus", "");
  const auto cores = describe_cores({0, 1, 2, 3}, devices.root());
  EXPECT_EQ(numbers(without_hyper_threads(cores)), (Cpus{0, 1, 2, 3}));
  EXPECT_EQ(numbers(cores_of(cores, CoreKind::performance)), (Cpus{0, 1, 2, 3}));
}

TEST(CoreTopology, ThisMachine) {
  const auto cores = describe_cores(allowed_cpus());
  EXPECT_EQ(numbers(cores), allowed_cpus());
  EXPECT_FALSE(without_hyper_threads(cores).empty());
}

}  // namespace
}  // namespace hearth
