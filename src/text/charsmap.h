// The precompiled character map of SentencePiece: rules from strings to strings, in a double-array
// trie (the format of darts-clone) followed by the replacements, each ended by a zero byte. The
// bytes come from files, so every index is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

class Charsmap {
 public:
  /// Throws bad_input naming `name` when the sizes inside do not fit.
  Charsmap(std::string_view blob, const std::string& name);

  struct Rule {
    size_t bytes;           ///< of the text that the rule replaces
    std::string_view with;  ///< lives as long as the map
  };
  /// The rules whose left side `text` starts with: the one with the longest, or the shortest.
  std::optional<Rule> longest(std::string_view text) const { return find(text, true); }
  std::optional<Rule> shortest(std::string_view text) const { return find(text, false); }

 private:
  std::optional<Rule> find(std::string_view text, bool longest) const;
  std::vector<uint32_t> units_;
  std::string replacements_;
};

}  // namespace hearth::text
