#include "runtime/machine.h"

#include <fstream>

#include "base/cpu.h"
#include "base/threads.h"
#include "kernels/bandwidth.h"

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

double read_bandwidth_gb_s() {
  ThreadPool& pool = ThreadPool::instance();
  return kernels::measure_read_bandwidth_gb_s(pool, pool.size());
}

size_t peak_rss_bytes() { return kilobytes("/proc/self/status", "VmHWM:"); }
// Not from smaps_rollup, for which the kernel walks over every page of the mapped files.
size_t anonymous_bytes() { return kilobytes("/proc/self/status", "RssAnon:"); }
std::string processor() { return describe_cpu(); }

}  // namespace hearth::runtime
