#include "base/threads.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/cpu.h"
#include "base/error.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hearth {
namespace {

// 30 to 100 us on the machines measured: longer than the gap between two regions of a decode step
// or two steps, shorter than anybody would notice on another process's core.
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
                                                                              : kSpins) {}

  // What a waiting thread watches, and what it needs to start, in one cache line: 1 transfer
  // between the cores starts a worker, 1 more takes its first part. `function` and `context` are
  // read only by threads that have taken a part, which keeps the region, and so them, as they are.
  struct alignas(64) Region {
    std::atomic<uint64_t> ticket{0};
    Function function = nullptr;
    void* context = nullptr;
  };
  Region region;
  alignas(64) std::atomic<uint32_t> unfinished{0};  // parts; the region is over at 0
  alignas(64) std::atomic<uint32_t> generation{0};  // regions started: what sleeping threads watch
  std::atomic<bool> busy{false};                    // some thread's region is running
  std::atomic<bool> stop{false};
  const int spins;
  std::vector<std::thread> workers;

  void work(int slot) {
    inside_region = true;
    while (!stop.load(std::memory_order_acquire)) {
      // Read before the ticket: a region that starts after the last look changes it.
      const uint32_t seen = generation.load(std::memory_order_acquire);
      if (wait_for_parts(slot)) {
        run_parts(slot);
      } else {
        generation.wait(seen, std::memory_order_acquire);
      }
    }
  }

  bool wait_for_parts(int slot) const {
    for (int i = 0; i < spins; ++i) {
      if (Ticket(region.ticket.load(std::memory_order_acquire)).is_open_to(slot)) return true;
      pause_briefly();
    }
    return false;
  }

  void run_parts(int slot) {
    uint32_t done = 0;
    uint64_t bits = region.ticket.load(std::memory_order_acquire);
    while (Ticket(bits).is_open_to(slot)) {
      if (!region.ticket.compare_exchange_weak(bits, bits + 1, std::memory_order_acq_rel,
                                               std::memory_order_acquire))
        continue;
      region.function(region.context, slot, Ticket(bits).next());
      ++done;  // all of one region: it cannot end before these are counted
      bits = region.ticket.load(std::memory_order_acquire);
    }
    if (done > 0 && unfinished.fetch_sub(done, std::memory_order_acq_rel) == done)
      unfinished.notify_one();
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

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>(threads)), size_(threads) {
  HEARTH_ASSERT(threads >= 1, "a pool needs at least the calling thread");
  HEARTH_ASSERT(threads <= Ticket::kMostThreads, "a pool of more threads than can be counted");
  state_->workers.reserve(static_cast<size_t>(threads - 1));
  for (int i = 1; i < threads; ++i) state_->workers.emplace_back([this, i] { state_->work(i); });
}

ThreadPool::~ThreadPool() {
  state_->stop.store(true, std::memory_order_release);
  state_->generation.fetch_add(1, std::memory_order_release);
  state_->generation.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
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
  s.region.function = function;
  s.region.context = context;
  s.unfinished.store(static_cast<uint32_t>(parts), std::memory_order_relaxed);
  s.region.ticket.store(Ticket(threads, parts).bits(), std::memory_order_release);
  s.generation.fetch_add(1, std::memory_order_release);
  s.generation.notify_all();  // a system call only when somebody sleeps
  inside_region = true;
  s.run_parts(0);
  inside_region = false;
  s.wait_for_the_end();
  s.busy.store(false, std::memory_order_release);
}

}  // namespace hearth
