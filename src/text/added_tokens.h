// Tokens on top of a model's vocabulary: special tokens and what users added. They are found in
// the text before the model sees it, some in the text as it comes, some after normalization.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/characters.h"
#include "text/stages.h"
#include "text/trie.h"

namespace hearth::text {

struct AddedToken {
  std::string content;
  bool single_word = false;                   ///< not inside of a word
  bool lstrip = false;                        ///< takes the white space before it along
  bool rstrip = false;                        ///< and the white space behind it
  bool normalized = false;                    ///< is looked for in the normalized text
  bool special = false;                       ///< is left out of decoded text
  std::optional<uint32_t> id = std::nullopt;  ///< when its file insists on one
};

/// Reads `added_tokens` of a tokenizer.json. The ids in it are not used: as in the Rust package, a
/// token has the id that the model gives it, else the next free one.
std::vector<AddedToken> read_added_tokens(const std::vector<StageConfig>& list);

class AddedTokens {
 public:
  AddedTokens(const std::vector<AddedToken>& tokens, const Model& model,
              const Normalizer* normalizer);

  std::optional<int64_t> token_to_id(std::string_view token) const;
  std::optional<std::string_view> id_to_token(int64_t id) const;
  bool is_special(int64_t id) const;
  size_t end_id() const { return end_id_; }  ///< one past the largest id

  /// Cuts `text` at the tokens: calls emit(begin, end, id) for tokens, with kText for what lies
  /// between. First for the text as it comes, then for the normalized text between those tokens.
  template <typename Emit>
  void split_raw(std::string_view text, Emit&& emit) const {
    split(raw_, text, emit);
  }
  template <typename Emit>
  void split_normalized(std::string_view text, Emit&& emit) const {
    split(normalized_, text, emit);
  }

 private:
  struct Matcher {
    Matcher() = default;
    explicit Matcher(const std::vector<std::pair<std::string, uint32_t>>& tokens);
    Trie trie;  // values are ids
    bool starts[256] = {};
  };
  template <typename Emit>
  void split(const Matcher& matcher, std::string_view text, Emit&& emit) const;
  static bool is_inside_word(std::string_view text, size_t begin, size_t end);
  static size_t white_space_before(std::string_view text, size_t begin, size_t from);
  static size_t white_space_after(std::string_view text, size_t end);

  std::unordered_map<std::string, uint32_t> ids_;
  std::unordered_map<uint32_t, AddedToken> tokens_;
  Matcher raw_, normalized_;
  size_t end_id_ = 0;
};

template <typename Emit>
void AddedTokens::split(const Matcher& matcher, std::string_view text, Emit&& emit) const {
  size_t done = 0;  // everything before has been emitted
  for (size_t at = 0; at < text.size();) {
    Trie::Match match{0, Trie::kNone};
    if (matcher.starts[static_cast<uint8_t>(text[at])])
      match = matcher.trie.longest_prefix(text.substr(at));
    if (match.bytes == 0) {
      ++at;
      continue;
    }
    size_t begin = at, end = at + match.bytes;
    at = end;
    const AddedToken& token = tokens_.at(match.value);
    if (token.single_word && is_inside_word(text, begin, end)) continue;
    if (token.lstrip) begin = white_space_before(text, begin, done);
    if (token.rstrip) end = white_space_after(text, end);
    if (done < begin) emit(done, begin, kText);
    emit(begin, end, static_cast<int32_t>(match.value));
    done = end;
  }
  if (done < text.size()) emit(done, text.size(), kText);
}

}  // namespace hearth::text
