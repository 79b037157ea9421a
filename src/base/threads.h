// A pool of threads, made once and never grown on a request path; most work shares the process's.
// What a part does is fixed, who does it is not: parts go to the threads that are awake, so a core
// that is busy with something else does not hold up the rest. Waiting threads spin briefly (a
// decode step starts hundreds of regions, a few microseconds apart) and then sleep.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

namespace hearth {

class ThreadPool {
 public:
  /// The process's pool, with usable_cores() threads, the caller's included.
  static ThreadPool& instance();

  /// With `cpus`, the thread of slot s > 0 runs on core cpus[s % size] alone; where callers run is
  /// theirs to say.
  explicit ThreadPool(int threads, const std::vector<int>& cpus = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return size_; }

  /// Calls work(part) for every part in [0, parts) and returns when all are done. `work` must not
  /// throw. Runs on the caller alone when parts is 1, when called from inside a region, or while
  /// another thread's region holds the pool.
  template <typename Work>
  void run(int parts, Work&& work) {
    run_on(size_, parts, [&work](int, int part) { work(part); });
  }

  /// The same with work(slot, part) on at most `threads` threads: `slot` < threads tells those
  /// apart that work at the same time, for memory of their own.
  template <typename Work>
  void run_on(int threads, int parts, Work&& work) {
    using Callable = std::remove_reference_t<Work>;
    run_erased(
        threads, parts,
        [](void* context, int slot, int part) { (*static_cast<Callable*>(context))(slot, part); },
        const_cast<void*>(static_cast<const void*>(&work)));
  }

 private:
  using Function = void (*)(void* context, int slot, int part);
  void run_erased(int threads, int parts, Function function, void* context);
  struct State;
  std::unique_ptr<State> state_;
  int size_;
};

/// The share [begin, end) of `count` items that part `part` of `parts` takes, in multiples of
/// `grain`.
struct Range {
  int64_t begin;
  int64_t end;
};
inline Range share(int64_t count, int part, int parts, int64_t grain = 1) {
  const int64_t chunks = (count + grain - 1) / grain;
  const int64_t begin = chunks * part / parts * grain;
  const int64_t end = chunks * (part + 1) / parts * grain;
  return {begin < count ? begin : count, end < count ? end : count};
}

}  // namespace hearth
