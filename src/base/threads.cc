#include "base/threads.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/affinity.h"
#include "base/cpu.h"
#include "base/error.h"
#include "base/log.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hearth {
namespace {

// 26 us on a Xeon (Emerald Rapids): longer than the gap between two regions of a decode step,
// shorter than anybody would notice on another process's core.
constexpr int kSpins = 2000;
// With more threads than cores, whoever spins keeps the one it waits for from running.
constexpr int kSpinsOversubscribed = 20;

thread_local bool inside_region = false;

void pause_briefly() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// The parts of a region that nobody has taken yet, and who may take them, in one word: so that
// taking one is a single compare-and-swap, which fails when the region is over.
class Ticket {
 public:
  static constexpr int kMostParts = (1 << 24) - 1;
  static constexpr int kMostThreads = (1 << 16) - 1;

  Ticket() = default;
  explicit Ticket(uint64_t bits) : bits_(bits) {}
  Ticket(int threads, int parts)
      : bits_(static_cast<uint64_t>(threads) << 48 | static_cast<uint64_t>(parts) << 24) {}
  int next() const { return static_cast<int>(bits_ & kMostParts); }
  bool is_open_to(int slot) const {
    return next() < static_cast<int>(bits_ >> 24 & kMostParts) &&
           slot < static_cast<int>(bits_ >> 48);
  }
  uint64_t bits() const { return bits_; }

 private:
  uint64_t bits_ = 0;
};

}  // namespace

struct ThreadPool::State {
  explicit State(int threads)
      : spins(threads > static_cast<int>(std::thread::hardware_concurrency()) ? kSpinsOversubscribed
                                                                              : kSpins),
        workers(static_cast<size_t>(std::max(threads, 1) - 1)) {}

  // Each on a cache line of its own: `ticket` is watched by all waiting threads, `task` read by
  // those that have taken a part (which keeps the region, and so the task, as it is).
  struct Task {
    Function function = nullptr;
    void* context = nullptr;
  };
  struct alignas(64) Worker {
    std::atomic<uint32_t> asleep{0};
    std::thread thread;
  };
  alignas(64) std::atomic<uint64_t> ticket{0};
  alignas(64) Task task;
  alignas(64) std::atomic<uint32_t> unfinished{0};  // parts; the region is over at 0
  alignas(64) std::atomic<bool> busy{false};        // some thread's region is running
  std::atomic<bool> stop{false};
  const int spins;
  std::vector<Worker> workers;  // of slots 1, 2, ...

  bool is_open_to(int slot) const {
    return Ticket(ticket.load(std::memory_order_seq_cst)).is_open_to(slot);
  }

  void work(int slot) {
    inside_region = true;
    while (!stop.load(std::memory_order_acquire)) {
      if (wait_for_parts(slot)) {
        run_parts(slot, 0);
      } else {
        sleep(slot);
      }
    }
  }

  bool wait_for_parts(int slot) const {
    for (int i = 0; i < spins; ++i) {
      if (is_open_to(slot)) return true;
      pause_briefly();
    }
    return false;
  }

  // Whoever opens a region looks at `asleep` after writing the ticket, the worker at the ticket
  // after writing `asleep`: one of the two sees the other's.
  void sleep(int slot) {
    std::atomic<uint32_t>& asleep = workers[static_cast<size_t>(slot - 1)].asleep;
    asleep.store(1, std::memory_order_seq_cst);
    if (!is_open_to(slot) && !stop.load(std::memory_order_seq_cst))
      asleep.wait(1, std::memory_order_acquire);
    asleep.store(0, std::memory_order_relaxed);
  }

  void wake_up(int threads) {
    for (int slot = 1; slot < threads; ++slot) {
      std::atomic<uint32_t>& asleep = workers[static_cast<size_t>(slot - 1)].asleep;
      if (asleep.load(std::memory_order_seq_cst) == 0) continue;
      asleep.store(0, std::memory_order_release);
      asleep.notify_one();
    }
  }

  void open(int threads, int parts) {
    unfinished.store(static_cast<uint32_t>(parts), std::memory_order_relaxed);
    ticket.store(Ticket(threads, parts).bits() + 1, std::memory_order_seq_cst);  // part 0 is taken
    wake_up(threads);
  }

  // `done`: parts that the thread has already done of a region that is still open.
  void run_parts(int slot, uint32_t done) {
    uint64_t bits = ticket.load(std::memory_order_acquire);
    while (Ticket(bits).is_open_to(slot)) {
      if (!ticket.compare_exchange_weak(bits, bits + 1, std::memory_order_acq_rel,
                                        std::memory_order_acquire))
        continue;
      task.function(task.context, slot, Ticket(bits).next());
      ++done;  // all of one region: it cannot end before these are counted
      bits = ticket.load(std::memory_order_acquire);
    }
    if (done > 0) count_done(done);
  }

  void count_done(uint32_t parts) {
    if (unfinished.fetch_sub(parts, std::memory_order_acq_rel) == parts) unfinished.notify_one();
  }

  void wait_for_the_end() {
    uint32_t left = unfinished.load(std::memory_order_acquire);
    for (int i = 0; left != 0 && i < spins; ++i) {
      pause_briefly();
      left = unfinished.load(std::memory_order_acquire);
    }
    for (; left != 0; left = unfinished.load(std::memory_order_acquire))
      unfinished.wait(left, std::memory_order_acquire);
  }
};

ThreadPool& ThreadPool::instance() {
  static ThreadPool pool(usable_cores());
  return pool;
}

ThreadPool::ThreadPool(int threads, const std::vector<int>& cpus)
    : state_(std::make_unique<State>(threads)), size_(threads) {
  HEARTH_ASSERT(threads >= 1, "a pool needs at least the calling thread");
  HEARTH_ASSERT(threads <= Ticket::kMostThreads, "a pool of more threads than can be counted");
  for (int slot = 1; slot < threads; ++slot) {
    std::thread& thread = state_->workers[static_cast<size_t>(slot - 1)].thread;
    thread = std::thread([this, slot] { state_->work(slot); });
    if (cpus.empty()) continue;
    const int cpu = cpus[static_cast<size_t>(slot) % cpus.size()];
    if (!bind_to_cpu(thread, cpu))
      log(LogLevel::info, "a thread could not be bound to core {}", cpu);
  }
}

ThreadPool::~ThreadPool() {
  state_->stop.store(true, std::memory_order_seq_cst);
  state_->wake_up(size_);
  for (State::Worker& worker : state_->workers) worker.thread.join();
}

void ThreadPool::run_erased(int threads, int parts, Function function, void* context) {
  State& s = *state_;
  threads = std::min(threads, size_);
  if (parts <= 1 || threads <= 1 || inside_region ||
      s.busy.exchange(true, std::memory_order_acquire)) {
    for (int part = 0; part < parts; ++part) function(context, 0, part);
    return;
  }
  HEARTH_ASSERT(parts <= Ticket::kMostParts, "a region of more parts than can be counted");
  s.task = {function, context};
  s.open(threads, parts);
  inside_region = true;
  function(context, 0, 0);
  s.run_parts(0, 1);
  inside_region = false;
  s.wait_for_the_end();
  s.busy.store(false, std::memory_order_release);
}

}  // namespace hearth
