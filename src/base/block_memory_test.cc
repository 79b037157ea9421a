// Blocks are zeroed, aligned and apart, and little more memory is taken than they need.
#include "base/block_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace hearth {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

// Sanitizers keep memory of their own for what is written.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEARTH_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEARTH_SANITIZED
#endif
#endif

// What the system says this process has in pages of its own.
size_t anonymous_bytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.rfind("RssAnon:", 0) == 0) return std::stoul(line.substr(8)) * 1024;
  return 0;
}

TEST(BlockMemory, BlocksAreZeroedAlignedAndApart) {
  for (const size_t bytes : {size_t{1}, size_t{64}, size_t{1000}, 700 * 1024 + size_t{64}}) {
    BlockMemory memory(bytes);
    std::vector<std::byte*> blocks;
    const size_t count = bytes < 4096 ? 50000 : 60;  // into slabs of large pages
    for (size_t i = 0; i < count; ++i) {
      std::byte* block = memory.next();
      ASSERT_NE(block, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % BlockMemory::kAlignment, 0u);
      ASSERT_TRUE(std::all_of(block, block + bytes, [](std::byte b) { return b == std::byte{0}; }));
      std::memset(block, static_cast<int>(i % 251 + 1), bytes);
      blocks.push_back(block);
    }
    for (size_t i = 0; i < count; ++i)
      ASSERT_TRUE(
          std::all_of(blocks[i], blocks[i] + bytes,
                      [&](std::byte b) { return b == static_cast<std::byte>(i % 251 + 1); }))
          << "block " << i << " of " << bytes << " bytes";
  }
}

// A short chat is not charged for large pages, and a long one for a part of one.
TEST(BlockMemory, TakesLittleMoreThanIsUsed) {
  const size_t bytes = 715 * 1024;
  BlockMemory memory(bytes);
  EXPECT_EQ(memory.bytes_held(), 0u);
  [[maybe_unused]] const size_t before = anonymous_bytes();
  ASSERT_GT(before, 0u);
  for (size_t blocks = 1; blocks <= 300; ++blocks) {
    std::memset(memory.next(), 1, bytes);
    const size_t used = blocks * bytes;
    EXPECT_GE(memory.bytes_held(), used);
    EXPECT_LE(memory.bytes_held(), used + (used < 8 * kMegabyte ? 4096 : used / 4));
    EXPECT_LE(memory.bytes_held(), used + 4096 + 2 * kMegabyte);
#if !defined(HEARTH_SANITIZED)
    EXPECT_LE(anonymous_bytes() - before, memory.bytes_held() + kMegabyte / 2)
        << blocks << " blocks";
#endif
  }
}

TEST(BlockMemory, BlocksLargerThanASlab) {
  BlockMemory memory(20 * kMegabyte);
  std::byte* first = memory.next();
  std::byte* second = memory.next();
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  std::memset(first, 1, 20 * kMegabyte);
  std::memset(second, 2, 20 * kMegabyte);
  EXPECT_EQ(first[20 * kMegabyte - 1], std::byte{1});
  EXPECT_EQ(second[0], std::byte{2});
}

TEST(BlockMemory, NoRoomIsNull) {
  BlockMemory memory(size_t{1} << 60);
  EXPECT_EQ(memory.next(), nullptr);
  EXPECT_EQ(memory.bytes_held(), 0u);
}

}  // namespace
}  // namespace hearth
