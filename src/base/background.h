// Jobs done one after the other on a thread of their own, beside what makes them.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace hearth {

class Background {
 public:
  /// put() waits while this many jobs are waiting. With 0 there is no thread: put() does the job.
  explicit Background(size_t capacity);
  /// Drops what has not begun.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Jobs behind one that has thrown are dropped. Without a thread it throws what the job throws.
  void put(std::function<void()> job);
  /// Returns when all is done; throws what the first failing job threw. Call once, last.
  void finish();

 private:
  void work();

  size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ends_ = false;  // no job comes any more
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace hearth
