// Where the texts and the special tokens stand in an encoding, what types they have and which
// offsets are trimmed. It does not depend on the text, so post-processors make it once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hearth::text {

/// White space at the ends of a token is taken out of its offsets (byte-level tokenizers).
struct Trim {
  bool keeps_prefix;  ///< one leading space of the first token was added: it stays
  bool starts_group;  ///< the text's first token is the first of its group
};

struct Part {
  static constexpr int kSpecial = -1;
  int text;  ///< 0 the text, 1 its pair, or kSpecial
  int64_t type_id;
  std::vector<int64_t> ids = {};  ///< of special tokens
  std::vector<Trim> trims = {};   ///< of a text
};

/// What the Rust package keeps as one encoding until all are merged.
using PartGroup = std::vector<Part>;

struct Layout {
  std::vector<PartGroup> groups;

  /// Before any post-processor: the texts alone.
  static Layout of_texts(bool pair);
  size_t special_tokens() const;
  bool is_text_alone() const;
  /// The ids in front of all texts and behind them.
  std::optional<int64_t> first_special() const;
  std::optional<int64_t> last_special() const;
};

}  // namespace hearth::text
