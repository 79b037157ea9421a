#include "text/vocabulary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/error.h"

namespace hearth::text {
namespace {

// Tokens whose memory is fetched at the same time.
constexpr size_t kBatch = 32;
constexpr size_t kMinSlots = 1024;
constexpr size_t kUsualBytes = 8;  // of a token

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

Vocabulary::Head Vocabulary::head(uint32_t place) const {
  Head out;
  std::memcpy(&out, arena_.data() + place, sizeof out);
  return out;
}

std::string_view Vocabulary::text(uint32_t place) const {
  return std::string_view(arena_).substr(place + sizeof(Head), head(place).length);
}

uint32_t Vocabulary::find_place(std::string_view token, uint32_t hash) const {
  if (slots_.empty()) return kNone;
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.place == kNone) return kNone;
    if (slot.hash == hash && text(slot.place) == token) return slot.place;
  }
}

uint32_t Vocabulary::find(std::string_view token) const {
  const uint32_t place = find_place(token, hash_string(token));
  return place == kNone ? kNone : head(place).id;
}

void Vocabulary::find_all(std::span<const std::string_view> tokens, std::span<uint32_t> ids) const {
  if (slots_.empty()) return std::fill(ids.begin(), ids.end(), kNone);
  std::array<uint32_t, kBatch> hashes;
  for (size_t at = 0; at < tokens.size(); at += kBatch) {
    const size_t count = std::min(kBatch, tokens.size() - at);
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = hash_string(tokens[at + i]);
      __builtin_prefetch(&slots_[hashes[i] & (slots_.size() - 1)]);
    }
    for (size_t i = 0; i < count; ++i) {
      const uint32_t place = slots_[hashes[i] & (slots_.size() - 1)].place;
      if (place != kNone) __builtin_prefetch(arena_.data() + place);
    }
    for (size_t i = 0; i < count; ++i) {
      const uint32_t place = find_place(tokens[at + i], hashes[i]);
      ids[at + i] = place == kNone ? kNone : head(place).id;
    }
  }
}

std::optional<std::string_view> Vocabulary::token(uint32_t id) const {
  if (id >= by_id_.size() || by_id_[id] == kNone) return std::nullopt;
  return text(by_id_[id]);
}

void Vocabulary::resize(size_t slots) {
  std::vector<Slot> old(slots, {0, kNone});
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.place == kNone) continue;
    size_t i = slot.hash & (slots - 1);
    while (slots_[i].place != kNone) i = (i + 1) & (slots - 1);
    slots_[i] = slot;
  }
}

void Vocabulary::reserve(size_t tokens) {
  tokens = std::min(tokens, kMostReserved);
  const size_t slots = std::bit_ceil(std::max(tokens * 2, kMinSlots));
  if (slots > slots_.size()) resize(slots);
  by_id_.reserve(tokens);
  arena_.reserve(tokens * (sizeof(Head) + kUsualBytes));
}

void Vocabulary::add(std::string_view token, uint32_t id) {
  add_hashed(token, id, hash_string(token));
}

void Vocabulary::add_all(std::span<const std::string_view> tokens, std::span<const uint32_t> ids) {
  std::array<uint32_t, kBatch> hashes;
  for (size_t at = 0; at < tokens.size(); at += kBatch) {
    const size_t count = std::min(kBatch, tokens.size() - at);
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = hash_string(tokens[at + i]);
      if (!slots_.empty()) __builtin_prefetch(&slots_[hashes[i] & (slots_.size() - 1)], 1);
    }
    for (size_t i = 0; i < count; ++i) add_hashed(tokens[at + i], ids[at + i], hashes[i]);
  }
}

void Vocabulary::add_hashed(std::string_view token, uint32_t id, uint32_t hash) {
  HEARTH_ASSERT(id <= kMaxId, "the caller bounds the ids of a vocabulary");
  if ((size_ + 1) * 2 > slots_.size()) resize(std::max(slots_.size() * 2, kMinSlots));
  if (id >= by_id_.size()) by_id_.resize(size_t{id} + 1, kNone);
  uint32_t place = find_place(token, hash);
  if (place != kNone) {
    const uint32_t old = head(place).id;
    if (by_id_[old] == place) by_id_[old] = kNone;
    std::memcpy(arena_.data() + place, &id, sizeof id);
  } else {
    HEARTH_ASSERT(arena_.size() + sizeof(Head) + token.size() < kNone, "the arena has 4 GB");
    place = static_cast<uint32_t>(arena_.size());
    const Head head{id, static_cast<uint32_t>(token.size())};
    arena_.append(reinterpret_cast<const char*>(&head), sizeof head);
    arena_.append(token);
    ++size_;
    size_t i = hash & (slots_.size() - 1);
    while (slots_[i].place != kNone) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = {hash, place};
  }
  has_shared_ids_ = has_shared_ids_ || (by_id_[id] != kNone && by_id_[id] != place);
  by_id_[id] = place;
}

}  // namespace hearth::text
