// Where the inferences of a model run. By default all share the process's pool of threads. With
// several streams (PERFORMANCE_HINT, NUM_STREAMS) or threads bound to cores (ENABLE_CPU_PINNING) a
// model has pools of its own, one for each stream, and an inference takes a free one.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/affinity.h"
#include "base/threads.h"

namespace hearth::runtime {

/// OpenVINO's rule for models whose products are bound by memory: streams of 4 threads, of 5 or of
/// 3 where those divide `threads`, else one of all; and of half as many for as long as the threads
/// of a stream are at least twice as many as the streams. At most `requests` if that is not 0.
int throughput_streams(int threads, int requests);

class Streams {
 public:
  /// `count` >= 1 streams of threads / count threads each, at least one, each bound to one of
  /// `cpus` if there are some.
  Streams(int count, int threads, const std::vector<int>& cpus = {});

  /// An inference's hold on a stream: waits for a free one; binds the calling thread to the first
  /// of the stream's cores if it has any.
  class Turn {
   public:
    explicit Turn(Streams& streams);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ThreadPool& pool() const;

   private:
    Streams& streams_;
    size_t stream_ = 0;
    std::optional<BoundToCpu> bound_;
  };

 private:
  struct Stream {
    std::unique_ptr<ThreadPool> pool;
    int first_cpu = -1;  // of the calling thread; -1: anywhere
  };
  size_t take();
  void give_back(size_t stream);

  std::vector<Stream> streams_;  // empty: the process's pool
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<size_t> free_;
};

}  // namespace hearth::runtime
