// Byte strings found as prefixes of a text: pieces of a Unigram model, added tokens, user-defined
// symbols. Built at once: the nodes lie in the order of their depth, so that the children of a node
// are neighbours, and a node takes 9 bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace hearth::text {

class Trie {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kRoot = 0;

  struct Key {
    std::string_view text;
    uint32_t value;
  };

  Trie() : Trie(std::vector<Key>()) {}
  /// Of equal keys the first one counts. The texts are not needed any more afterwards. Throws
  /// std::length_error for 4 GB of keys.
  explicit Trie(const std::vector<Key>& keys);
  bool empty() const { return nodes_.size() == 2; }

  /// The node behind `node` for one more byte, or kNone.
  uint32_t step(uint32_t node, char byte) const {
    if (node == kRoot) return first_[static_cast<uint8_t>(byte)];
    const uint32_t begin = nodes_[node].children;
    const uint32_t count = nodes_[node + 1].children - begin;
    if (count == 0) return kNone;
    if (labels_[begin] == byte) return begin;  // most nodes have one child
    const void* found = std::memchr(labels_.data() + begin, byte, count);
    return found == nullptr
               ? kNone
               : static_cast<uint32_t>(static_cast<const char*>(found) - labels_.data());
  }
  /// The value of the key that ends at this node, or kNone.
  uint32_t value(uint32_t node) const { return nodes_[node].value; }

  struct Match {
    size_t bytes;  ///< 0 when nothing matches
    uint32_t value;
  };
  /// The longest key that `text` starts with.
  Match longest_prefix(std::string_view text) const;

 private:
  struct Node {
    uint32_t children;  // the first one; they end where those of the next node begin
    uint32_t value;
  };

  std::vector<Node> nodes_;      // one more than there are
  std::vector<char> labels_;     // by node: the byte that leads to it
  std::vector<uint32_t> first_;  // children of the root, by byte
};

}  // namespace hearth::text
