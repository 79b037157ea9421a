// The merges of a BPE model and the two ways to apply them: a plain search for short words, a
// priority queue for long ones. Both merge the pair of the lowest rank first, the leftmost among
// equals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::text {

struct BpeMerge {
  uint32_t left, right;  ///< ids
  uint32_t rank;         ///< lower merges first; equal ranks from left to right
  uint32_t merged;       ///< id
};

/// From a pair of ids to its rank and the id of both together. Most pairs that are looked up do not
/// merge, so the table itself is kept small: 8 bytes a slot that tell nearly every such pair.
class MergeTable {
 public:
  static constexpr uint32_t kNoRank = UINT32_MAX;
  struct Found {
    uint32_t rank;  ///< kNoRank when the pair does not merge
    uint32_t merged;
  };

  /// Of equal pairs the last one counts.
  explicit MergeTable(std::vector<BpeMerge> merges);

  Found find(uint32_t left, uint32_t right) const {
    const uint64_t h = hash(left, right);
    for (size_t i = slot_of(h);; i = next(i)) {
      const Slot& slot = slots_[i];
      if (slot.merge == kEmpty) return {kNoRank, 0};
      if (slot.check != static_cast<uint32_t>(h)) continue;
      const BpeMerge& merge = merges_[slot.merge];
      if (merge.left == left && merge.right == right) return {merge.rank, merge.merged};
    }
  }

 private:
  static constexpr uint32_t kEmpty = UINT32_MAX;
  struct Slot {
    uint32_t check;  // the lower bits of the hash
    uint32_t merge;  // index
  };
  static uint64_t hash(uint32_t left, uint32_t right) {
    const uint64_t key = (uint64_t{left} << 32 | right) * 0x9E3779B97F4A7C15;
    return (key ^ key >> 32) * 0x9E3779B97F4A7C15;
  }
  size_t slot_of(uint64_t hash) const {  // by the upper bits
    return static_cast<size_t>(static_cast<unsigned __int128>(hash) * slots_.size() >> 64);
  }
  size_t next(size_t slot) const { return slot + 1 < slots_.size() ? slot + 1 : 0; }
  void insert(uint32_t merge, uint64_t hash);

  std::vector<BpeMerge> merges_;
  std::vector<Slot> slots_;  // open addressing, two thirds full
};

/// Merges the symbols of one word in place; keeps its memory for the next word.
class Merger {
 public:
  void run(const MergeTable& table, std::vector<uint32_t>& symbols);
  /// `lengths`, one a symbol, are added where symbols merge.
  void run(const MergeTable& table, std::vector<uint32_t>& symbols, std::vector<uint32_t>& lengths);

 private:
  template <bool kTracks>
  void run_any(const MergeTable& table, std::vector<uint32_t>& symbols, uint32_t* lengths);
  template <bool kTracks>
  void search(const MergeTable& table, std::vector<uint32_t>& symbols, uint32_t* lengths);
  template <bool kTracks>
  void queue(const MergeTable& table, std::vector<uint32_t>& symbols, uint32_t* lengths);

  struct Candidate {
    uint32_t rank, position, merged;
  };
  static bool later(const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.position > b.position;
  }
  void push_pair(const MergeTable& table, const std::vector<uint32_t>& symbols, uint32_t left);

  std::vector<MergeTable::Found> pairs_;  // of the search: pair i is symbols i and i + 1
  std::vector<Candidate> heap_;           // of the queue
  std::vector<uint32_t> next_, previous_;
};

}  // namespace hearth::text
