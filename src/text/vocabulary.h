// The tokens of a model, found by text and by id. The strings lie in one arena: a vocabulary of
// 256k tokens takes about 12 MB and loads in milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

/// A fast hash of a short string; not for storage.
uint32_t hash_string(std::string_view text);

class Vocabulary {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  /// Ids are kept in a table, so a file must not be able to ask for a huge one.
  static constexpr uint32_t kMaxId = (1u << 22) - 1;
  /// Real vocabularies have up to 2^18 tokens.
  static constexpr size_t kMostReserved = size_t{1} << 19;

  /// Makes room for `tokens` tokens, so that adding them does not move what is there; for
  /// kMostReserved at most, since a file may announce any number.
  void reserve(size_t tokens);
  /// A token that is there already takes the new id. `id` is at most kMaxId.
  void add(std::string_view token, uint32_t id);
  /// The same for many, in order; `ids` is as long as `tokens`. Several times as fast: what waits
  /// for memory waits together.
  void add_all(std::span<const std::string_view> tokens, std::span<const uint32_t> ids);
  /// The id, or kNone.
  uint32_t find(std::string_view token) const;
  /// The same for many; `ids` is as long as `tokens`.
  void find_all(std::span<const std::string_view> tokens, std::span<uint32_t> ids) const;
  std::optional<std::string_view> token(uint32_t id) const;
  size_t size() const { return size_; }
  size_t end_id() const { return by_id_.size(); }
  /// True when two tokens have the same id, so that an id does not tell the token.
  bool has_shared_ids() const { return has_shared_ids_; }

 private:
  /// In front of a token's text in the arena, so that both are fetched at once.
  struct Head {
    uint32_t id, length;
  };
  struct Slot {
    uint32_t hash, place;
  };
  Head head(uint32_t place) const;
  std::string_view text(uint32_t place) const;
  uint32_t find_place(std::string_view token, uint32_t hash) const;
  void add_hashed(std::string_view token, uint32_t id, uint32_t hash);
  void resize(size_t slots);

  std::string arena_;            // of heads and texts
  std::vector<uint32_t> by_id_;  // place in the arena, or kNone
  std::vector<Slot> slots_;      // open addressing, at most half full
  size_t size_ = 0;
  bool has_shared_ids_ = false;
};

}  // namespace hearth::text
