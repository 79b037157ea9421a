#include "text/models/bpe_merges.h"

#include <algorithm>
#include <array>

namespace hearth::text {
namespace {

// Up to here the search, which is quadratic but has no overhead, is the faster one.
constexpr size_t kMaxSearched = 48;

// Merges whose slots are fetched at the same time.
constexpr size_t kBatch = 32;

constexpr uint32_t kRemoved = UINT32_MAX;  // in place of an id
constexpr uint32_t kEnd = UINT32_MAX;      // in place of a position

}  // namespace

MergeTable::MergeTable(std::vector<BpeMerge> merges) : merges_(std::move(merges)) {
  slots_.resize(merges_.size() * 3 / 2 + 1, {0, kEmpty});
  std::array<uint64_t, kBatch> hashes;
  for (size_t at = 0; at < merges_.size(); at += kBatch) {
    const size_t count = std::min(kBatch, merges_.size() - at);
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = hash(merges_[at + i].left, merges_[at + i].right);
      __builtin_prefetch(&slots_[slot_of(hashes[i])], 1);
    }
    for (size_t i = 0; i < count; ++i) insert(static_cast<uint32_t>(at + i), hashes[i]);
  }
}

void MergeTable::insert(uint32_t merge, uint64_t hash) {
  const BpeMerge& m = merges_[merge];
  const auto same_pair = [&](const Slot& slot) {
    return slot.check == static_cast<uint32_t>(hash) && merges_[slot.merge].left == m.left &&
           merges_[slot.merge].right == m.right;
  };
  size_t i = slot_of(hash);
  while (slots_[i].merge != kEmpty && !same_pair(slots_[i])) i = next(i);
  slots_[i] = {static_cast<uint32_t>(hash), merge};
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
  std::push_heap(heap_.begin(), heap_.end(), later);
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
  std::make_heap(heap_.begin(), heap_.end(), later);
  while (!heap_.empty()) {
    const Candidate best = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), later);
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
