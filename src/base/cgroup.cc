#include "base/cgroup.h"

#include <fstream>
#include <string>

namespace fs = std::filesystem;

namespace hearth {
namespace {

// The v2 group of this process: the line "0::/path".
fs::path own_group(const fs::path& proc) {
  std::ifstream membership(proc / "self/cgroup");
  for (std::string line; std::getline(membership, line);)
    if (line.rfind("0::/", 0) == 0) return line.substr(4);
  return {};
}

// "max 100000" or "150000 100000", in microseconds.
double v2_quota(const fs::path& file) {
  std::ifstream in(file);
  double limit = 0, period = 0;
  return in >> limit >> period && limit > 0 && period > 0 ? limit / period : 0;
}

double v1_quota(const fs::path& folder) {
  std::ifstream limit_file(folder / "cpu.cfs_quota_us"), period_file(folder / "cpu.cfs_period_us");
  double limit = 0, period = 0;
  return limit_file >> limit && period_file >> period && limit > 0 && period > 0 ? limit / period
                                                                                 : 0;
}

}  // namespace

double cgroup_cpu_quota(const fs::path& proc, const fs::path& sys) {
  double quota = 0;
  const auto tighten = [&](double limit) {
    if (limit > 0 && (quota == 0 || limit < quota)) quota = limit;
  };
  const fs::path root = sys / "fs/cgroup";
  for (fs::path group = own_group(proc);; group = group.parent_path()) {
    tighten(v2_quota(root / group / "cpu.max"));
    if (group.empty()) break;
  }
  tighten(v1_quota(root / "cpu"));
  tighten(v1_quota(root / "cpu,cpuacct"));
  return quota;
}

}  // namespace hearth
