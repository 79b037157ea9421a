#include "base/background.h"

namespace hearth {

Background::Background(size_t capacity) : capacity_(capacity) {
  if (capacity_ > 0) thread_ = std::thread([this] { work(); });
}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    jobs_.clear();
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Background::put(std::function<void()> job) {
  if (capacity_ == 0) return job();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return jobs_.size() < capacity_; });
  if (!error_) jobs_.push_back(std::move(job));
  changed_.notify_all();
}

void Background::finish() {
  if (capacity_ == 0) return;
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
  if (error_) std::rethrow_exception(error_);
}

void Background::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ends_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    changed_.notify_all();
    lock.unlock();
    std::exception_ptr error;
    try {
      job();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error == nullptr) continue;
    error_ = error;
    jobs_.clear();
    changed_.notify_all();
  }
}

}  // namespace hearth
