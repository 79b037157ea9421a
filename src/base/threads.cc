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
  // A region starts when `generation` changes and is over when every worker has raised its `done`.
  alignas(64) std::atomic<uint32_t> generation{0};
  alignas(64) std::atomic<uint32_t> running{0};
  std::atomic<bool> stop{false};
  Function function = nullptr;
  void* context = nullptr;
  int parts = 0;
  std::vector<std::thread> workers;

  void work(int index, int stride) {
    inside_region = true;
    uint32_t seen = 0;
    for (;;) {
      seen = wait_for_change(generation, seen);
      if (stop.load(std::memory_order_acquire)) return;
      for (int part = index; part < parts; part += stride) function(context, part);
      if (running.fetch_sub(1, std::memory_order_acq_rel) == 1) running.notify_one();
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
  for (int i = 1; i < threads; ++i)
    state_->workers.emplace_back([this, i] { state_->work(i, size_); });
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
  s.parts = parts;
  s.running.store(static_cast<uint32_t>(size_ - 1), std::memory_order_relaxed);
  s.generation.fetch_add(1, std::memory_order_release);
  s.generation.notify_all();
  inside_region = true;
  for (int part = 0; part < parts; part += size_) function(context, part);
  inside_region = false;
  for (uint32_t left = s.running.load(std::memory_order_acquire); left != 0;)
    left = wait_for_change(s.running, left);
}

}  // namespace hearth
