// Block tables: sharing, copying on write, truncating, and that no block is lost.
#include "runtime/kv_cache.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace hearth::runtime {
namespace {

std::shared_ptr<KvBlocks> small_blocks() {
  return std::make_shared<KvBlocks>(
      std::vector<kernels::KvLayout>{{ElementType::f32, 1, 4, 4}, {ElementType::f16, 2, 8, 2}});
}

// Marks a token by a byte of its block, where a kernel would write its key.
std::byte& mark(const KvSequence& s, int64_t token) {
  return s.blocks()->data(
      s.table()[static_cast<size_t>(token / kernels::kBlockTokens)])[token % kernels::kBlockTokens];
}

void append(KvSequence& s, int64_t count, uint8_t value) {
  s.reserve(count);
  for (int64_t i = 0; i < count; ++i) mark(s, s.tokens() + i) = static_cast<std::byte>(value);
  s.advance(count);
}

TEST(KvBlocks, LayersLieOneAfterTheOther) {
  const auto blocks = small_blocks();
  EXPECT_EQ(blocks->layer_offset(0), 0u);
  EXPECT_EQ(blocks->layer_offset(1), 2u * 4 * 32 * 4);  // keys and values of layer 0, f32
  EXPECT_GE(blocks->block_bytes(), blocks->layer_offset(1) + 2 * (8 + 2) * 32 * 2);
}

TEST(KvSequence, ForksShareUntilOneWrites) {
  const auto blocks = small_blocks();
  KvSequence a(blocks);
  append(a, 40, 1);
  KvSequence b = a;
  EXPECT_EQ(blocks->blocks_in_use(), 2u);
  append(b, 1, 2);  // into the block of tokens 32..63, which is shared
  EXPECT_EQ(blocks->blocks_in_use(), 3u);
  EXPECT_EQ(a.table()[0], b.table()[0]);
  EXPECT_NE(a.table()[1], b.table()[1]);
  EXPECT_EQ(mark(b, 39), std::byte{1}) << "the copy has what was written before the fork";
  EXPECT_EQ(mark(b, 40), std::byte{2});
  append(a, 1, 3);
  EXPECT_EQ(mark(b, 40), std::byte{2});
}

TEST(KvSequence, TruncatingReleasesBlocksAndKeepsTheRest) {
  const auto blocks = small_blocks();
  KvSequence a(blocks);
  append(a, 100, 7);
  KvSequence b = a;
  b.truncate(33);
  EXPECT_EQ(b.table().size(), 2u);
  append(b, 1, 9);
  EXPECT_EQ(mark(a, 33), std::byte{7});
  a.clear();
  b.clear();
  EXPECT_EQ(blocks->blocks_in_use(), 0u);
}

TEST(KvSequence, RandomUseLosesNothing) {
  const auto blocks = small_blocks();
  std::mt19937 random(11);
  std::vector<KvSequence> live;
  std::vector<std::vector<uint8_t>> expected;
  for (int step = 0; step < 2000; ++step) {
    const size_t i = live.empty() ? 0 : random() % live.size();
    switch (random() % 4) {
      case 0:
        live.emplace_back(blocks);
        expected.emplace_back();
        break;
      case 1:
        if (live.empty() || live.size() > 20) break;
        live.push_back(live[i]);
        expected.push_back(expected[i]);
        break;
      case 2:
        if (live.empty()) break;
        if (random() % 3 == 0) {
          const size_t keep = random() % (expected[i].size() + 1);
          live[i].truncate(static_cast<int64_t>(keep));
          expected[i].resize(keep);
        } else {
          const auto value = static_cast<uint8_t>(random());
          const size_t count = 1 + random() % 40;
          append(live[i], static_cast<int64_t>(count), value);
          expected[i].insert(expected[i].end(), count, value);
        }
        break;
      default:
        if (live.empty()) break;
        std::swap(live[i], live.back());
        std::swap(expected[i], expected.back());
        live.pop_back();
        expected.pop_back();
    }
    for (size_t s = 0; s < live.size(); ++s)
      for (size_t t = 0; t < expected[s].size(); t += 7)
        ASSERT_EQ(mark(live[s], static_cast<int64_t>(t)), static_cast<std::byte>(expected[s][t]))
            << "step " << step << ", sequence " << s << ", token " << t;
  }
  live.clear();
  EXPECT_EQ(blocks->blocks_in_use(), 0u);
}

}  // namespace
}  // namespace hearth::runtime
