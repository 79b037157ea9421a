#include "base/threads.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "base/cpu.h"
#include "base/error.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hearth {
namespace {

// About 30 us on the machines measured: longer than the gap between two regions of a decode step,
// shorter than anybody would notice on another process's core.
constexpr int kSpins = 2000;

thread_local bool inside_region = false;

void pause_briefly() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// Waits until `value` differs from `old`, spinning first.
uint32_t wait_for_change(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int i = 0; i < kSpins; ++i) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace

struct ThreadPool::State {
  std::mutex owner;  // held by the thread whose region is running
  // A region starts when `generation` changes and is over when `unfinished` is 0. Its parts are
  // claimed from `ticket`, the next one in the low half and their number in the high half, by
  // whoever comes first: a worker that has not woken up by the end holds up nobody. While a part
  // can be claimed, `function` and `context` are those of its region.
  alignas(64) std::atomic<uint32_t> generation{0};
  alignas(64) std::atomic<uint64_t> ticket{0};
  alignas(64) std::atomic<uint32_t> unfinished{0};
  std::atomic<bool> stop{false};
  Function function = nullptr;
  void* context = nullptr;
  std::vector<std::thread> workers;

  void work() {
    inside_region = true;
    uint32_t seen = 0;
    for (;;) {
      seen = wait_for_change(generation, seen);
      if (stop.load(std::memory_order_acquire)) return;
      run_parts();
    }
  }

  void run_parts() {
    uint64_t now = ticket.load(std::memory_order_acquire);
    for (;;) {
      const auto part = static_cast<uint32_t>(now);
      if (part >= now >> 32) return;
      if (!ticket.compare_exchange_weak(now, now + 1, std::memory_order_acq_rel,
                                        std::memory_order_acquire))
        continue;
      function(context, static_cast<int>(part));
      if (unfinished.fetch_sub(1, std::memory_order_acq_rel) == 1) unfinished.notify_one();
      now = ticket.load(std::memory_order_acquire);
    }
  }
};

ThreadPool& ThreadPool::instance() {
  static ThreadPool pool(usable_cores());
  return pool;
}

ThreadPool::ThreadPool(int threads) : state_(std::make_unique<State>()), size_(threads) {
  HEARTH_ASSERT(threads >= 1, "a pool needs at least the calling thread");
  state_->workers.reserve(static_cast<size_t>(threads - 1));
  for (int i = 1; i < threads; ++i) state_->workers.emplace_back([this] { state_->work(); });
}

ThreadPool::~ThreadPool() {
  state_->stop.store(true, std::memory_order_release);
  state_->generation.fetch_add(1, std::memory_order_release);
  state_->generation.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

void ThreadPool::run_erased(int parts, Function function, void* context) {
  std::unique_lock lock(state_->owner, std::defer_lock);
  if (parts <= 1 || size_ == 1 || inside_region || !lock.try_lock()) {
    for (int part = 0; part < parts; ++part) function(context, part);
    return;
  }
  State& s = *state_;
  s.function = function;
  s.context = context;
  s.unfinished.store(static_cast<uint32_t>(parts), std::memory_order_relaxed);
  s.ticket.store(static_cast<uint64_t>(parts) << 32, std::memory_order_release);
  s.generation.fetch_add(1, std::memory_order_release);
  s.generation.notify_all();
  inside_region = true;
  s.run_parts();
  inside_region = false;
  for (uint32_t left = s.unfinished.load(std::memory_order_acquire); left != 0;)
    left = wait_for_change(s.unfinished, left);
}

}  // namespace hearth
