// The tokens of a model, found by text and by id. The strings lie in one arena: a vocabulary of
// 256k tokens takes about 12 MB and loads in milliseconds.
#pragma once

#include <cstdint>
#include <optional>
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

  /// A token that is there already takes the new id. `id` is at most kMaxId.
  void add(std::string_view token, uint32_t id);
  /// The id, or kNone.
  uint32_t find(std::string_view token) const;
  std::optional<std::string_view> token(uint32_t id) const;
  size_t size() const { return entries_.size(); }
  size_t end_id() const { return by_id_.size(); }
  /// True when two tokens have the same id, so that an id does not tell the token.
  bool has_shared_ids() const { return has_shared_ids_; }

 private:
  struct Entry {
    uint32_t begin, length, id;
  };
  struct Slot {
    uint32_t hash, entry;
  };
  std::string_view text(const Entry& e) const {
    return std::string_view(arena_).substr(e.begin, e.length);
  }
  uint32_t find_entry(std::string_view token, uint32_t hash) const;
  void grow();

  std::string arena_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> by_id_;  // entry, or kNone
  std::vector<Slot> slots_;      // open addressing, at most half full
  bool has_shared_ids_ = false;
};

}  // namespace hearth::text
