// What starting and ending a region costs when the threads are awake, with nothing to do in it.
#include <benchmark/benchmark.h>

#include "base/threads.h"

namespace hearth {
namespace {

void empty_region(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  const int parts = pool.size() * static_cast<int>(state.range(1));
  for (auto _ : state) pool.run(parts, [](int part) { benchmark::DoNotOptimize(part); });
}
BENCHMARK(empty_region)
    ->ArgNames({"threads", "parts_a_thread"})
    ->ArgsProduct({{1, 2, 8}, {1, 8}})
    ->UseRealTime();

// Beside the time of one thread: what a region costs in which every thread has about 5 us of work,
// the size of the smaller products of a decode step.
void short_region(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state)
    pool.run(pool.size(), [](int part) {
      for (int i = 0; i < 10000; ++i) benchmark::DoNotOptimize(part);
    });
}
BENCHMARK(short_region)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
}  // namespace hearth
