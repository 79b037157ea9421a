// What one rendering may use: memory held by its values, evaluation steps, time and nesting. Every
// value of the rendering is counted here, and cycles among them are broken when it ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::text::jinja {

class Object;
class Cyclic;
class Value;

struct Limits {
  size_t bytes = size_t{256} << 20;
  uint64_t steps = 200'000'000;  ///< expressions, loop turns, characters by the 64
  std::chrono::milliseconds time{5000};
  /// Expressions, statements and calls inside each other. One level takes at most about 1 KB of
  /// stack (4 KB with the address sanitizer), so this stays inside a thread's usual 8 MB.
  uint32_t depth = 1500;
};

class Sandbox {
 public:
  explicit Sandbox(const Limits& limits = {});
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Counts work about to be done; throws when the rendering has used its steps or its time.
  void step(uint64_t count = 1) {
    if ((steps_ += count) >= next_check_) check_time();
  }
  /// The work of touching so many bytes once.
  void step_bytes(size_t bytes) { step(1 + bytes / 64); }

  /// The work of going through so many bytes without a look at the clock in between: throws when
  /// they may take longer than the time that is left.
  void step_through(size_t bytes);

  /// Counts memory about to be taken; throws when there would be too much.
  void charge(size_t bytes) {
    if (bytes > limits_.bytes - bytes_) too_large();
    bytes_ += bytes;
  }
  void release(size_t bytes) noexcept { bytes_ -= bytes; }
  size_t bytes() const { return bytes_; }

  void enter() {
    if (++depth_ > limits_.depth) too_deep();
  }
  void leave() noexcept { --depth_; }

  /// Makes the value a constant: it lives as long as the sandbox and its references are not
  /// counted.
  Value keep(Value value);

  /// Deletes an object whose last reference is gone. What it alone held follows in a loop, not by
  /// recursion: a list nested a million deep is legal.
  void destroy(Object* object) noexcept;

 private:
  friend class Cyclic;
  void check_time();
  [[noreturn]] void too_large() const;
  [[noreturn]] void too_deep();

  Limits limits_;
  size_t bytes_ = 0;
  uint64_t steps_ = 0;
  uint64_t next_check_;
  uint32_t depth_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  std::vector<Object*> doomed_;
  std::vector<Object*> kept_;
  bool destroying_ = false;
  Cyclic* cyclic_ = nullptr;
};

/// Memory of a passing table, counted for as long as it lives.
class Reservation {
 public:
  Reservation(Sandbox& box, size_t bytes) : box_(box), bytes_(bytes) { box.charge(bytes); }
  ~Reservation() { box_.release(bytes_); }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

 private:
  Sandbox& box_;
  size_t bytes_;
};

/// One level of nesting, for as long as it lives.
class Nesting {
 public:
  explicit Nesting(Sandbox& box) : box_(box) { box.enter(); }
  ~Nesting() { box_.leave(); }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Sandbox& box_;
};

}  // namespace hearth::text::jinja
