#include "text/vocabulary.h"

#include <cstring>

#include "base/error.h"

namespace hearth::text {
namespace {

constexpr uint64_t kFactor = 0x9E3779B97F4A7C15;  // 2^64 / the golden ratio

// The product of two words, folded: each bit of the result depends on all of the input.
uint64_t mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t load(const char* p, size_t bytes) {
  uint64_t word = 0;
  std::memcpy(&word, p, bytes);
  return word;
}

}  // namespace

uint32_t hash_string(std::string_view text) {
  const char* p = text.data();
  size_t left = text.size();
  uint64_t h = kFactor ^ left;
  for (; left > 8; left -= 8, p += 8) h = mix(h ^ load(p, 8), kFactor);
  uint64_t tail = 0;
  if (left >= 4) {  // two loads that may overlap, instead of a copy of unknown length
    tail = load(p, 4) | load(p + left - 4, 4) << 32;
  } else if (left > 0) {
    tail = load(p, 1) | load(p + left / 2, 1) << 8 | load(p + left - 1, 1) << 16;
  }
  return static_cast<uint32_t>(mix(h ^ tail, kFactor) >> 16);
}

uint32_t Vocabulary::find_entry(std::string_view token, uint32_t hash) const {
  if (slots_.empty()) return kNone;
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.entry == kNone) return kNone;
    if (slot.hash == hash && text(entries_[slot.entry]) == token) return slot.entry;
  }
}

uint32_t Vocabulary::find(std::string_view token) const {
  const uint32_t entry = find_entry(token, hash_string(token));
  return entry == kNone ? kNone : entries_[entry].id;
}

std::optional<std::string_view> Vocabulary::token(uint32_t id) const {
  if (id >= by_id_.size() || by_id_[id] == kNone) return std::nullopt;
  return text(entries_[by_id_[id]]);
}

void Vocabulary::grow() {
  const size_t size = slots_.empty() ? 1024 : slots_.size() * 2;
  std::vector<Slot> slots(size, {0, kNone});
  for (const Slot& slot : slots_) {
    if (slot.entry == kNone) continue;
    size_t i = slot.hash & (size - 1);
    while (slots[i].entry != kNone) i = (i + 1) & (size - 1);
    slots[i] = slot;
  }
  slots_.swap(slots);
}

void Vocabulary::add(std::string_view token, uint32_t id) {
  HEARTH_ASSERT(id <= kMaxId, "the caller bounds the ids of a vocabulary");
  if (entries_.size() * 2 >= slots_.size()) grow();
  if (id >= by_id_.size()) by_id_.resize(size_t{id} + 1, kNone);
  const uint32_t hash = hash_string(token);
  uint32_t entry = find_entry(token, hash);
  if (entry != kNone) {
    Entry& e = entries_[entry];
    if (by_id_[e.id] == entry) by_id_[e.id] = kNone;
    e.id = id;
  } else {
    entry = static_cast<uint32_t>(entries_.size());
    entries_.push_back(
        {static_cast<uint32_t>(arena_.size()), static_cast<uint32_t>(token.size()), id});
    arena_.append(token);
    size_t i = hash & (slots_.size() - 1);
    while (slots_[i].entry != kNone) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = {hash, entry};
  }
  has_shared_ids_ = has_shared_ids_ || (by_id_[id] != kNone && by_id_[id] != entry);
  by_id_[id] = entry;
}

}  // namespace hearth::text
