#include "text/models/bpe_merges.h"

#include <algorithm>
#include <bit>

namespace hearth::text {
namespace {

// Up to here the search, which is quadratic but has no overhead, is the faster one.
constexpr size_t kMaxSearched = 48;

// So many merges ahead, memory is fetched.
constexpr size_t kAhead = 16;

constexpr uint32_t kRemoved = UINT32_MAX;  // in place of an id
constexpr uint32_t kEnd = UINT32_MAX;      // in place of a position

}  // namespace

MergeTable::MergeTable(std::span<const BpeMerge> merges) {
  make_rows(merges);
  const auto home = [&](const BpeMerge& m) {
    return slots_.data() + rows_[m.left].begin + (hash(m.right) & (rows_[m.left].slots - 1));
  };
  for (size_t i = 0; i < merges.size(); ++i) {
    if (i + 2 * kAhead < merges.size()) __builtin_prefetch(&rows_[merges[i + 2 * kAhead].left]);
    if (i + kAhead < merges.size()) __builtin_prefetch(home(merges[i + kAhead]), 1);
    const BpeMerge& merge = merges[i];
    const Row row = rows_[merge.left];
    uint32_t at = hash(merge.right);
    const auto slot = [&]() -> Slot& { return slots_[row.begin + (at & (row.slots - 1))]; };
    while (slot().found.rank != kNoRank && slot().right != merge.right) ++at;
    slot() = {merge.right, {merge.rank, merge.merged}};
  }
}

void MergeTable::make_rows(std::span<const BpeMerge> merges) {
  for (const BpeMerge& merge : merges) {
    if (merge.left >= rows_.size()) rows_.resize(size_t{merge.left} + 1);
    ++rows_[merge.left].slots;
  }
  size_t slots = 0;
  for (Row& row : rows_) {
    row.begin = static_cast<uint32_t>(slots);
    if (row.slots > 0) row.slots = std::bit_ceil(row.slots + row.slots / 4 + 1);
    slots += row.slots;
  }
  slots_.resize(slots, {0, {kNoRank, 0}});
}

void Merger::run(const MergeTable& table, std::vector<uint32_t>& symbols) {
  run_any<false>(table, symbols, nullptr);
}

void Merger::run(const MergeTable& table, std::vector<uint32_t>& symbols,
                 std::vector<uint32_t>& lengths) {
  run_any<true>(table, symbols, lengths.data());
  lengths.resize(symbols.size());
}

template <bool kTracks>
void Merger::run_any(const MergeTable& table, std::vector<uint32_t>& symbols, uint32_t* lengths) {
  if (symbols.size() < 2) return;
  if (symbols.size() <= kMaxSearched) {
    search<kTracks>(table, symbols, lengths);
  } else {
    queue<kTracks>(table, symbols, lengths);
  }
}

template <bool kTracks>
void Merger::search(const MergeTable& table, std::vector<uint32_t>& symbols, uint32_t* lengths) {
  size_t pairs = symbols.size() - 1;
  pairs_.resize(pairs);
  for (size_t i = 0; i < pairs; ++i) pairs_[i] = table.find(symbols[i], symbols[i + 1]);
  while (pairs > 0) {
    size_t best = 0;
    for (size_t i = 1; i < pairs; ++i)
      if (pairs_[i].rank < pairs_[best].rank) best = i;
    if (pairs_[best].rank == MergeTable::kNoRank) break;
    symbols[best] = pairs_[best].merged;
    if constexpr (kTracks) lengths[best] += lengths[best + 1];
    --pairs;
    for (size_t i = best; i < pairs; ++i) {
      symbols[i + 1] = symbols[i + 2];
      if constexpr (kTracks) lengths[i + 1] = lengths[i + 2];
      pairs_[i] = pairs_[i + 1];
    }
    if (best > 0) pairs_[best - 1] = table.find(symbols[best - 1], symbols[best]);
    if (best < pairs) pairs_[best] = table.find(symbols[best], symbols[best + 1]);
  }
  symbols.resize(pairs + 1);
}

void Merger::push_pair(const MergeTable& table, const std::vector<uint32_t>& symbols,
                       uint32_t left) {
  const MergeTable::Found found = table.find(symbols[left], symbols[next_[left]]);
  if (found.rank == MergeTable::kNoRank) return;
  heap_.push_back({found.rank, left, found.merged});
  std::push_heap(heap_.begin(), heap_.end(), Later());
}

template <bool kTracks>
void Merger::queue(const MergeTable& table, std::vector<uint32_t>& symbols, uint32_t* lengths) {
  const auto count = static_cast<uint32_t>(symbols.size());
  next_.resize(count);
  previous_.resize(count);
  heap_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    next_[i] = i + 1 < count ? i + 1 : kEnd;
    previous_[i] = i > 0 ? i - 1 : kEnd;
    if (i + 1 == count) break;
    const MergeTable::Found found = table.find(symbols[i], symbols[i + 1]);
    if (found.rank != MergeTable::kNoRank) heap_.push_back({found.rank, i, found.merged});
  }
  std::make_heap(heap_.begin(), heap_.end(), Later());
  while (!heap_.empty()) {
    const Candidate best = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), Later());
    heap_.pop_back();
    const uint32_t left = best.position;
    const uint32_t right = symbols[left] == kRemoved ? kEnd : next_[left];
    if (right == kEnd) continue;
    // An entry is out of date when one of its symbols has merged otherwise meanwhile.
    const MergeTable::Found now = table.find(symbols[left], symbols[right]);
    if (now.rank == MergeTable::kNoRank || now.merged != best.merged) continue;
    symbols[left] = best.merged;
    symbols[right] = kRemoved;
    if constexpr (kTracks) lengths[left] += lengths[right];
    next_[left] = next_[right];
    if (next_[left] != kEnd) previous_[next_[left]] = left;
    if (previous_[left] != kEnd) push_pair(table, symbols, previous_[left]);
    if (next_[left] != kEnd) push_pair(table, symbols, left);
  }
  if constexpr (kTracks) {
    size_t kept = 0;
    for (uint32_t i = 0; i < count; ++i)
      if (symbols[i] != kRemoved) lengths[kept++] = lengths[i];
  }
  std::erase(symbols, kRemoved);
}

}  // namespace hearth::text
