#include "text/trie.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace hearth::text {
namespace {

using Key = Trie::Key;

struct Prefix {
  uint64_t bytes;  // the first eight, the first one highest
  uint32_t key;
};

uint64_t first_bytes(std::string_view text) {
  uint64_t out = 0;
  for (size_t i = 0; i < 8; ++i)
    out = out << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0u);
  return out;
}

// A radix sort, several times as fast as comparing for the quarter of a million pieces that
// multilingual models have. Stable.
void sort_by_first_bytes(std::vector<Prefix>& list) {
  std::vector<Prefix> other(list.size());
  for (int shift = 0; shift < 64; shift += 8) {
    std::array<size_t, 256> places{};
    for (const Prefix& p : list) ++places[p.bytes >> shift & 0xFF];
    if (std::find(places.begin(), places.end(), list.size()) != places.end()) continue;
    size_t place = 0;
    for (size_t& count : places) count = std::exchange(place, place + count);
    for (const Prefix& p : list) other[places[p.bytes >> shift & 0xFF]++] = p;
    list.swap(other);
  }
}

// The order of the keys by their bytes; equal ones stay in order.
std::vector<Prefix> sorted(const std::vector<Key>& keys) {
  std::vector<Prefix> order;
  order.reserve(keys.size());
  for (const Key& key : keys)
    order.push_back({first_bytes(key.text), static_cast<uint32_t>(order.size())});
  sort_by_first_bytes(order);
  for (auto begin = order.begin(); begin != order.end();) {
    const auto end =
        std::find_if(begin, order.end(), [&](const Prefix& p) { return p.bytes != begin->bytes; });
    if (end - begin > 1)
      std::stable_sort(begin, end, [&](const Prefix& a, const Prefix& b) {
        return keys[a.key].text < keys[b.key].text;
      });
    begin = end;
  }
  return order;
}

// Sorted keys in one buffer, which is read once for each byte of depth.
struct KeyList {
  std::string text;
  std::vector<uint32_t> begins;  // one more than keys
  std::vector<uint32_t> values;

  explicit KeyList(const std::vector<Key>& keys) {
    size_t bytes = 0;
    for (const Key& key : keys) bytes += key.text.size();
    if (bytes >= Trie::kNone || keys.size() >= Trie::kNone)
      throw std::length_error("the tokens are too long in all");
    text.reserve(bytes);
    begins.reserve(keys.size() + 1);
    values.reserve(keys.size());
    for (const Prefix& p : sorted(keys)) {
      begins.push_back(static_cast<uint32_t>(text.size()));
      values.push_back(keys[p.key].value);
      text += keys[p.key].text;
    }
    begins.push_back(static_cast<uint32_t>(text.size()));
  }
  size_t length(uint32_t key) const { return begins[key + 1] - begins[key]; }
  char byte(uint32_t key, size_t depth) const { return text[begins[key] + depth]; }
};

struct KeyRange {
  uint32_t begin, end;
};

}  // namespace

Trie::Trie(const std::vector<Key>& list) : labels_(1), first_(256, kNone) {
  const KeyList keys(list);
  nodes_.reserve(keys.text.size() + 2);  // at most; what is not written to takes no memory
  labels_.reserve(keys.text.size() + 1);
  std::vector<KeyRange> level = {{0, static_cast<uint32_t>(list.size())}}, deeper;
  for (size_t depth = 0; !level.empty(); ++depth) {
    deeper.clear();
    for (auto [begin, end] : level) {
      const bool ends_here = begin < end && keys.length(begin) == depth;
      nodes_.push_back(
          {static_cast<uint32_t>(labels_.size()), ends_here ? keys.values[begin] : kNone});
      while (begin < end && keys.length(begin) == depth) ++begin;
      while (begin < end) {
        const char byte = keys.byte(begin, depth);
        const uint32_t first = begin;
        while (begin < end && keys.byte(begin, depth) == byte) ++begin;
        if (depth == 0) first_[static_cast<uint8_t>(byte)] = static_cast<uint32_t>(labels_.size());
        labels_.push_back(byte);
        deeper.push_back({first, begin});
      }
    }
    level.swap(deeper);
  }
  nodes_.push_back({static_cast<uint32_t>(labels_.size()), kNone});
}

Trie::Match Trie::longest_prefix(std::string_view text) const {
  Match match{0, kNone};
  uint32_t node = kRoot;
  for (size_t i = 0; i < text.size(); ++i) {
    node = step(node, text[i]);
    if (node == kNone) break;
    if (value(node) != kNone) match = {i + 1, value(node)};
  }
  return match;
}

}  // namespace hearth::text
