#include "runtime/streams.h"

#include <algorithm>

namespace hearth::runtime {
namespace {

// The cores of a stream, those after the streams' before it; again from the first one when there
// are not enough.
std::vector<int> cpus_of(size_t stream, size_t threads, const std::vector<int>& allowed) {
  std::vector<int> out;
  for (size_t i = 0; i < threads && !allowed.empty(); ++i)
    out.push_back(allowed[(stream * threads + i) % allowed.size()]);
  return out;
}

}  // namespace

int throughput_streams(int threads, int requests) {
  int each = threads;
  for (const int size : {3, 5, 4})
    if (threads % size == 0) each = size;
  int streams = threads / each;
  if (requests > 0 && streams > requests) return requests;
  while (streams * 2 <= each && each > 1) {
    each /= 2;
    streams = threads / each;
  }
  return requests > 0 ? std::min(streams, requests) : streams;
}

Streams::Streams(int count, int threads, const std::vector<int>& cpus) {
  if (count == 1 && cpus.empty()) return;
  const int each = std::max(threads / count, 1);
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const std::vector<int> mine = cpus_of(i, static_cast<size_t>(each), cpus);
    streams_.push_back(
        {std::make_unique<ThreadPool>(each, mine), mine.empty() ? -1 : mine.front()});
    free_.push_back(static_cast<size_t>(count) - 1 - i);
  }
}

size_t Streams::take() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !free_.empty(); });
  const size_t stream = free_.back();
  free_.pop_back();
  return stream;
}

void Streams::give_back(size_t stream) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(stream);
  }
  freed_.notify_one();
}

Streams::Turn::Turn(Streams& streams) : streams_(streams) {
  if (streams_.streams_.empty()) return;
  stream_ = streams_.take();
  const int cpu = streams_.streams_[stream_].first_cpu;
  if (cpu >= 0) bound_.emplace(cpu);
}

Streams::Turn::~Turn() {
  bound_.reset();
  if (!streams_.streams_.empty()) streams_.give_back(stream_);
}

ThreadPool& Streams::Turn::pool() const {
  if (streams_.streams_.empty()) return ThreadPool::instance();
  return *streams_.streams_[stream_].pool;
}

}  // namespace hearth::runtime
