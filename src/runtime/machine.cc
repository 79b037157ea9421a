#include "runtime/machine.h"

#include <fstream>

#include "base/cpu.h"
#include "base/threads.h"
#include "kernels/bandwidth.h"
#include "kernels/fma_peak.h"

namespace hearth::runtime {
namespace {

// A line such as "VmHWM:   1234 kB" of a file in /proc/self.
size_t kilobytes(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.rfind(key, 0) == 0) return std::stoul(line.substr(key.size())) * 1024;
  return 0;
}

}  // namespace

double MachineRates::of(Arithmetic arithmetic) const {
  switch (arithmetic) {
    case Arithmetic::f32:
      return f32_gflops;
    case Arithmetic::bf16:
      return bf16_gflops;
    case Arithmetic::int8:
      return int8_gops;
  }
  return 0;
}

MachineRates measure_machine_rates() {
  ThreadPool& pool = ThreadPool::instance();
  const Isa isa = active_isa();
  MachineRates rates;
  rates.read_gb_s = kernels::measure_read_bandwidth_gb_s(pool, pool.size());
  rates.f32_gflops = kernels::measure_fma_gflops(isa, pool, pool.size());
  rates.bf16_gflops = kernels::measure_bf16_gflops(isa, pool, pool.size());
  rates.int8_gops = kernels::measure_int8_gops(isa, pool, pool.size());
  return rates;
}

size_t peak_rss_bytes() { return kilobytes("/proc/self/status", "VmHWM:"); }
// Not from smaps_rollup, for which the kernel walks over every page of the mapped files.
size_t anonymous_bytes() { return kilobytes("/proc/self/status", "RssAnon:"); }
size_t file_bytes() { return kilobytes("/proc/self/status", "RssFile:"); }
std::string processor() { return describe_cpu(); }

}  // namespace hearth::runtime
