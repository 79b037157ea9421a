// Byte strings found as prefixes of a text: pieces of a Unigram model, added tokens, user-defined
// symbols. The edges lie in one hash table, which builds faster than a double array.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace hearth::text {

class Trie {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kRoot = 0;

  Trie();
  /// The value that stands for `key` from now on; a key that is there already keeps its value
  /// unless `replace`. Throws std::length_error past 2^24 nodes (256 MB of keys at least).
  void add(std::string_view key, uint32_t value, bool replace = false);
  bool empty() const { return values_.size() == 1; }

  /// The node behind `node` for one more byte, or kNone.
  uint32_t step(uint32_t node, char byte) const {
    const uint32_t key = node << 8 | static_cast<uint8_t>(byte);
    if (node == kRoot) return first_[key];
    for (size_t i = hash(key) & mask_;; i = (i + 1) & mask_) {
      if (edges_[i].key == key) return edges_[i].node;
      if (edges_[i].node == kNone) return kNone;
    }
  }
  /// The value of the key that ends at this node, or kNone.
  uint32_t value(uint32_t node) const { return values_[node]; }

  struct Match {
    size_t bytes;  ///< 0 when nothing matches
    uint32_t value;
  };
  /// The longest key that `text` starts with.
  Match longest_prefix(std::string_view text) const;

 private:
  struct Edge {
    uint32_t key, node;
  };
  static size_t hash(uint32_t key) {
    const uint64_t product = key * uint64_t{0x9E3779B97F4A7C15};
    return static_cast<size_t>(product >> 32);
  }
  uint32_t add_edge(uint32_t node, char byte);
  void grow();

  std::vector<uint32_t> first_;  // edges of the root, by byte
  std::vector<Edge> edges_;      // open addressing, at most half full
  size_t mask_;
  size_t edge_count_ = 0;
  std::vector<uint32_t> values_;  // by node
};

}  // namespace hearth::text
