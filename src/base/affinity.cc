#include "base/affinity.h"

#include <pthread.h>

namespace hearth {
namespace {

cpu_set_t only(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<size_t>(cpu), &set);
  return set;
}

}  // namespace

std::vector<int> allowed_cpus() {
  std::vector<int> out;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return out;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<size_t>(cpu), &set)) out.push_back(cpu);
  return out;
}

bool bind_to_cpu(std::thread& thread, int cpu) {
  const cpu_set_t set = only(cpu);
  return ::pthread_setaffinity_np(thread.native_handle(), sizeof(set), &set) == 0;
}

BoundToCpu::BoundToCpu(int cpu) {
  if (::sched_getaffinity(0, sizeof(before_), &before_) != 0) return;
  const cpu_set_t set = only(cpu);
  is_bound_ = ::sched_setaffinity(0, sizeof(set), &set) == 0;
}

BoundToCpu::~BoundToCpu() {
  if (is_bound_) ::sched_setaffinity(0, sizeof(before_), &before_);
}

}  // namespace hearth
