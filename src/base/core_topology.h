// Which logical cores share a physical one, and which are slower by design.
#pragma once

#include <filesystem>
#include <vector>

namespace hearth {

enum class CoreKind { performance, efficiency };

struct LogicalCore {
  int cpu = 0;
  int physical = 0;  ///< the same for hardware threads of one core
  CoreKind kind = CoreKind::performance;
};

/// From what the kernel says below `devices`: system/cpu/cpu<N>/topology/thread_siblings_list, and
/// for Intel's hybrid processors cpu_atom/cpus. A core of which it says nothing is one of its own,
/// and a fast one.
std::vector<LogicalCore> describe_cores(const std::vector<int>& cpus,
                                        const std::filesystem::path& devices = "/sys/devices");

/// One logical core of each physical one, the first.
std::vector<LogicalCore> without_hyper_threads(const std::vector<LogicalCore>& cores);
/// Those of a kind; may be none.
std::vector<LogicalCore> cores_of(const std::vector<LogicalCore>& cores, CoreKind kind);

}  // namespace hearth
