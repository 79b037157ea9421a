#include "text/trie.h"

#include <stdexcept>

namespace hearth::text {
namespace {
constexpr size_t kMaxNodes = size_t{1} << 24;  // a node and a byte share 32 bits
}

Trie::Trie() : first_(256, kNone), edges_(64, {0, kNone}), mask_(63), values_(1, kNone) {}

void Trie::grow() {
  std::vector<Edge> edges(edges_.size() * 2, {0, kNone});
  mask_ = edges.size() - 1;
  for (const Edge& edge : edges_) {
    if (edge.node == kNone) continue;
    size_t i = hash(edge.key) & mask_;
    while (edges[i].node != kNone) i = (i + 1) & mask_;
    edges[i] = edge;
  }
  edges_.swap(edges);
}

uint32_t Trie::add_edge(uint32_t node, char byte) {
  if (values_.size() >= kMaxNodes) throw std::length_error("the tokens are too long in all");
  const auto next = static_cast<uint32_t>(values_.size());
  values_.push_back(kNone);
  const uint32_t key = node << 8 | static_cast<uint8_t>(byte);
  if (node == kRoot) {
    first_[key] = next;
    return next;
  }
  if (++edge_count_ * 2 > edges_.size()) grow();
  size_t i = hash(key) & mask_;
  while (edges_[i].node != kNone) i = (i + 1) & mask_;
  edges_[i] = {key, next};
  return next;
}

void Trie::add(std::string_view key, uint32_t value, bool replace) {
  uint32_t node = kRoot;
  for (const char byte : key) {
    const uint32_t next = step(node, byte);
    node = next == kNone ? add_edge(node, byte) : next;
  }
  if (replace || values_[node] == kNone) values_[node] = value;
}

Trie::Match Trie::longest_prefix(std::string_view text) const {
  Match match{0, kNone};
  uint32_t node = kRoot;
  for (size_t i = 0; i < text.size(); ++i) {
    node = step(node, text[i]);
    if (node == kNone) break;
    if (values_[node] != kNone) match = {i + 1, values_[node]};
  }
  return match;
}

}  // namespace hearth::text
