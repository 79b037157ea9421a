#include "base/core_topology.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace hearth {
namespace {

// "0-3,8": numbers and ranges. What is not of this form ends the list.
std::set<int> read_cpu_list(const std::filesystem::path& path) {
  std::set<int> out;
  std::ifstream file(path);
  for (std::string part; std::getline(file, part, ',');) {
    int first = 0;
    const char* end = part.data() + part.size();
    auto [at, error] = std::from_chars(part.data(), end, first);
    if (error != std::errc()) break;
    int last = first;
    if (at != end && *at == '-' && std::from_chars(at + 1, end, last).ec != std::errc()) break;
    constexpr int kMostCpus = 1 << 16;
    for (int cpu = first; cpu <= std::min(last, kMostCpus); ++cpu) out.insert(cpu);
  }
  return out;
}

}  // namespace

std::vector<LogicalCore> describe_cores(const std::vector<int>& cpus,
                                        const std::filesystem::path& devices) {
  const std::set<int> slow = read_cpu_list(devices / "cpu_atom" / "cpus");
  std::vector<LogicalCore> out;
  for (const int cpu : cpus) {
    const std::set<int> siblings =
        read_cpu_list(devices / "system" / "cpu" / ("cpu" + std::to_string(cpu)) / "topology" /
                      "thread_siblings_list");
    out.push_back({cpu, siblings.empty() ? cpu : *siblings.begin(),
                   slow.contains(cpu) ? CoreKind::efficiency : CoreKind::performance});
  }
  return out;
}

std::vector<LogicalCore> without_hyper_threads(const std::vector<LogicalCore>& cores) {
  std::set<int> seen;
  std::vector<LogicalCore> out;
  for (const LogicalCore& core : cores)
    if (seen.insert(core.physical).second) out.push_back(core);
  return out;
}

std::vector<LogicalCore> cores_of(const std::vector<LogicalCore>& cores, CoreKind kind) {
  std::vector<LogicalCore> out;
  std::copy_if(cores.begin(), cores.end(), std::back_inserter(out),
               [&](const LogicalCore& core) { return core.kind == kind; });
  return out;
}

}  // namespace hearth
