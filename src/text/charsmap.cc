#include "text/charsmap.h"

#include <array>
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"
#include "text/characters.h"

namespace hearth::text {
namespace {

// A unit of the double array: the label of the edge that leads to it, where its children begin
// (combined by exclusive or), and whether a key ends here; or, in a leaf, the value.
bool has_leaf(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t label(uint32_t unit) { return unit & (1u << 31 | 0xFF); }
size_t offset(uint32_t unit) { return size_t{unit >> 10} << ((unit & 1u << 9) >> 6); }
uint32_t leaf_value(uint32_t unit) { return unit & 0x7FFFFFFF; }

bool is_continuation(char byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

Charsmap::Charsmap(std::string_view blob, const std::string& name) {
  uint32_t trie_bytes = 0;
  if (blob.size() > sizeof trie_bytes) std::memcpy(&trie_bytes, blob.data(), sizeof trie_bytes);
  if (blob.size() <= sizeof trie_bytes || trie_bytes > blob.size() - sizeof trie_bytes ||
      trie_bytes % 4 != 0 || trie_bytes == 0)
    bad_input("{}: the character map of {} bytes is broken: its trie should have {} bytes", name,
              blob.size(), trie_bytes);
  blob.remove_prefix(sizeof trie_bytes);
  units_.resize(trie_bytes / 4);
  std::memcpy(units_.data(), blob.data(), trie_bytes);
  replacements_ = blob.substr(trie_bytes);
  if (!is_utf8(replacements_))
    bad_input("{}: the replacements of the character map are not UTF-8", name);
}

std::optional<Charsmap::Rule> Charsmap::find(std::string_view text, bool longest) const {
  std::optional<Rule> found;
  size_t at = offset(units_[0]);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    at ^= byte;
    if (at >= units_.size() || label(units_[at]) != byte) break;
    const uint32_t unit = units_[at];
    at ^= offset(unit);
    if (!has_leaf(unit) || at >= units_.size()) continue;
    // A broken map could point into the middle of a character, or match half of one.
    const size_t begin = leaf_value(units_[at]);
    if (begin >= replacements_.size() || is_continuation(replacements_[begin]) ||
        (i + 1 < text.size() && is_continuation(text[i + 1])))
      continue;
    const size_t end = std::min(replacements_.find('\0', begin), replacements_.size());
    found = Rule{i + 1, std::string_view(replacements_).substr(begin, end - begin)};
    if (!longest) break;
  }
  return found;
}

}  // namespace hearth::text
