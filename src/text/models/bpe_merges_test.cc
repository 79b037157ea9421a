#include "text/models/bpe_merges.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace hearth::text {
namespace {

using Symbols = std::vector<uint32_t>;

// The definition: again and again the pair of the lowest rank, the leftmost of equals.
Symbols merged(Symbols symbols, const std::map<std::pair<uint32_t, uint32_t>, BpeMerge>& rules) {
  while (true) {
    const BpeMerge* best = nullptr;
    size_t at = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto it = rules.find({symbols[i], symbols[i + 1]});
      if (it == rules.end() || (best != nullptr && it->second.rank >= best->rank)) continue;
      best = &it->second;
      at = i;
    }
    if (best == nullptr) return symbols;
    symbols[at] = best->merged;
    symbols.erase(symbols.begin() + static_cast<ptrdiff_t>(at) + 1);
  }
}

// Searched and queued words alike; ranks are shared by every third pair, as in SentencePiece.
TEST(Merger, MergesAsDefined) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    std::map<std::pair<uint32_t, uint32_t>, BpeMerge> rules;
    std::vector<BpeMerge> list;
    for (uint32_t id = 5; id < 60; ++id) {
      const BpeMerge merge{static_cast<uint32_t>(random() % id),
                           static_cast<uint32_t>(random() % id), id / 3 * 3, id};
      if (!rules.emplace(std::pair{merge.left, merge.right}, merge).second) continue;
      list.push_back(merge);
    }
    const MergeTable table(list);
    Merger merger;
    for (const size_t length : {0u, 1u, 2u, 3u, 20u, 48u, 49u, 300u}) {
      Symbols symbols(length);
      for (uint32_t& s : symbols) s = static_cast<uint32_t>(random() % 5);
      const Symbols expected = merged(symbols, rules);
      merger.run(table, symbols);
      EXPECT_EQ(symbols, expected) << "seed " << seed << ", length " << length;
    }
  }
}

TEST(MergeTable, TheLastOfEqualPairsCounts) {
  const std::vector<BpeMerge> merges = {{1, 2, 0, 10}, {1, 2, 1, 11}};
  const MergeTable table(merges);
  EXPECT_EQ(table.find(1, 2).merged, 11u);
  EXPECT_EQ(table.find(1, 2).rank, 1u);
  EXPECT_EQ(table.find(2, 1).rank, MergeTable::kNoRank);
}

TEST(Merger, IsQuickOnAMillionEqualSymbols) {
  std::vector<BpeMerge> list;
  for (uint32_t i = 0; i < 20; ++i) list.push_back({i, i, i, i + 1});
  const MergeTable table(list);
  Symbols symbols(1u << 20, 0);
  Merger().run(table, symbols);
  EXPECT_EQ(symbols, Symbols{20});
}

}  // namespace
}  // namespace hearth::text
