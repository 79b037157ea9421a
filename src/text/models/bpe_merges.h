// The merges of a BPE model and the two ways to apply them: a plain search for short words, a
// priority queue for long ones. Both merge the pair of the lowest rank first, the leftmost among
// equals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hearth::text {

struct BpeMerge {
  uint32_t left, right;  ///< ids
  uint32_t rank;         ///< lower merges first; equal ranks from left to right
  uint32_t merged;       ///< id
};

/// From a pair of ids to its rank and the id of both together. Each left symbol has a small hash
/// table of its own, because a text has few symbols but many pairs, most of which do not merge:
/// what is looked up stays in the cache, where a table of all pairs would miss it nearly every
/// time.
class MergeTable {
 public:
  static constexpr uint32_t kNoRank = UINT32_MAX;
  struct Found {
    uint32_t rank;  ///< kNoRank when the pair does not merge
    uint32_t merged;
  };

  /// Of equal pairs the last one counts.
  explicit MergeTable(std::span<const BpeMerge> merges);

  Found find(uint32_t left, uint32_t right) const {
    if (left >= rows_.size()) return {kNoRank, 0};
    const Row row = rows_[left];
    if (row.slots == 0) return {kNoRank, 0};
    for (uint32_t i = hash(right);; ++i) {
      const Slot& slot = slots_[row.begin + (i & (row.slots - 1))];
      if (slot.right == right || slot.found.rank == kNoRank) return slot.found;
    }
  }

 private:
  struct Row {
    uint32_t begin = 0, slots = 0;  // a power of two, or 0
  };
  struct Slot {
    uint32_t right;
    Found found;  // of rank kNoRank in a free slot
  };
  static uint32_t hash(uint32_t right) { return right * 0x9E3779B1 >> 15; }
  void make_rows(std::span<const BpeMerge> merges);

  std::vector<Row> rows_;    // by left
  std::vector<Slot> slots_;  // of all rows: open addressing, at most four fifths full
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
  struct Later {
    bool operator()(const Candidate& a, const Candidate& b) const {
      return a.rank != b.rank ? a.rank > b.rank : a.position > b.position;
    }
  };
  void push_pair(const MergeTable& table, const std::vector<uint32_t>& symbols, uint32_t left);

  std::vector<MergeTable::Found> pairs_;  // of the search: pair i is symbols i and i + 1
  std::vector<Candidate> heap_;           // of the queue
  std::vector<uint32_t> next_, previous_;
};

}  // namespace hearth::text
