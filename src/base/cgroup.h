// How much of the machine a container may use.
#pragma once

#include <filesystem>

namespace hearth {

/// The tightest CPU quota of the process's cgroup and of those around it, in cores; 0 when there is
/// none. Reads v2's cpu.max and v1's cfs quota. `proc` and `sys` are /proc and /sys but for tests.
double cgroup_cpu_quota(const std::filesystem::path& proc, const std::filesystem::path& sys);

}  // namespace hearth
