// Which cores a thread may run on, and binding it to one of them.
#pragma once

#include <sched.h>

#include <thread>
#include <vector>

namespace hearth {

/// The cores that the calling thread may run on, in ascending order: the process's, as taskset or a
/// container's cpuset leaves them. Empty when the kernel does not say.
std::vector<int> allowed_cpus();

/// From now on the thread runs on this core alone. False when the kernel refuses.
bool bind_to_cpu(std::thread& thread, int cpu);

/// Binds the calling thread to a core for as long as this lives; then it may run where it might
/// before.
class BoundToCpu {
 public:
  explicit BoundToCpu(int cpu);
  ~BoundToCpu();
  BoundToCpu(const BoundToCpu&) = delete;
  BoundToCpu& operator=(const BoundToCpu&) = delete;

 private:
  cpu_set_t before_;
  bool is_bound_ = false;
};

}  // namespace hearth
