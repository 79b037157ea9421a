// What kernel tests share: random data with a printed seed, memory with an unreadable page right
// behind it, and comparison bit by bit.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "base/error.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEARTH_SANITIZED
#endif
#endif

namespace hearth::kernels {

#if defined(HEARTH_SANITIZED)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// The sizes or counts to try. Kernels are some ten times slower under sanitizers, which need one
/// size a path and not every neighbour of it: there, only the last is tried.
template <typename Size>
std::vector<Size> tried(std::initializer_list<Size> sizes) {
  if (kSanitized) return {*(sizes.end() - 1)};
  return sizes;
}

/// A generator seeded by --gtest_random_seed (0 when it is not given); say seed_note() on failure.
inline std::mt19937 seeded_generator() {
  return std::mt19937(static_cast<uint32_t>(testing::UnitTest::GetInstance()->random_seed()));
}
inline std::string seed_note() {
  return fmt::format("repeat with --gtest_random_seed={}",
                     testing::UnitTest::GetInstance()->random_seed());
}

/// Normally distributed, by Marsaglia's polar method. Not std::normal_distribution, whose library
/// takes a logarithm in long double for every number: a third of some tests' time under sanitizers.
inline std::vector<float> random_floats(std::mt19937& generator, int64_t count, float scale = 1) {
  const auto uniform = [&] { return static_cast<float>(generator() >> 8) * 0x1p-23f - 1.0f; };
  std::vector<float> values(static_cast<size_t>(count) + 1);
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    float x, y, square;
    do {
      x = uniform();
      y = uniform();
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const float factor = scale * std::sqrt(-2 * std::log(square) / square);
    values[i] = x * factor;
    values[i + 1] = y * factor;
  }
  values.resize(static_cast<size_t>(count));
  return values;
}

/// `size` bytes that end `gap` bytes before a page that cannot be read: a kernel that reads or
/// writes past the end crashes at gap 0, and other gaps give every alignment.
class GuardedBytes {
 public:
  explicit GuardedBytes(size_t size, size_t gap = 0) {
    const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    const size_t body = (size + gap + page - 1) / page * page;
    mapped_ = body + page;
    base_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    HEARTH_ASSERT(base_ != MAP_FAILED, "no memory for a test");
    ::mprotect(static_cast<std::byte*>(base_) + body, page, PROT_NONE);
    data_ = static_cast<std::byte*>(base_) + body - gap - size;
  }
  ~GuardedBytes() { ::munmap(base_, mapped_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  std::byte* data() const { return data_; }

 private:
  void* base_;
  size_t mapped_;
  std::byte* data_;
};

/// Scratch as kernels get it: 64-byte aligned.
class Scratch {
 public:
  explicit Scratch(int64_t floats) : room_(static_cast<size_t>(floats) + 16) {}
  float* data() {
    const auto address = reinterpret_cast<uintptr_t>(room_.data());
    return room_.data() + (64 - address % 64) % 64 / sizeof(float);
  }

 private:
  std::vector<float> room_;
};

/// True when both have the same bits or are both NaN.
inline bool same_value(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

inline testing::AssertionResult same_bits(const std::vector<float>& a,
                                          const std::vector<float>& b) {
  if (a.size() != b.size()) return testing::AssertionFailure() << "sizes differ";
  for (size_t i = 0; i < a.size(); ++i)
    if (!same_value(a[i], b[i]))
      return testing::AssertionFailure()
             << "element " << i << ": " << a[i] << " and " << b[i] << "; " << seed_note();
  return testing::AssertionSuccess();
}

/// The kernels of a list that this machine runs, and the emulated ones where it runs AVX2.
template <typename Kernel>
std::vector<Kernel> testable(const std::vector<Kernel>& listed,
                             [[maybe_unused]] const Kernel& (*emulated)()) {
  std::vector<Kernel> kernels;
  for (const Kernel& kernel : listed)
    if (has_isa(kernel.isa)) kernels.push_back(kernel);
#if defined(__x86_64__)
  if (has_isa(Isa::avx2)) kernels.push_back(emulated());
#endif
  return kernels;
}

}  // namespace hearth::kernels
