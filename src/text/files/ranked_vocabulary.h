// Tokens that are bytes, with their ranks, on their way into a vocabulary.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/files/file_description.h"
#include "text/vocabulary.h"

namespace hearth::text {

class RankedVocabulary {
 public:
  explicit RankedVocabulary(std::string source) : source_(std::move(source)) {}
  void reserve(size_t tokens) { tokens_.reserve(tokens); }
  /// Throws bad_input when the token is empty, there already, or its id too large or taken.
  void add(std::string_view bytes, uint64_t id);
  const Vocabulary& tokens() const { return tokens_; }

  /// A byte-level tokenizer that cuts the text with `pattern`; `normalizer` and `post_processor`
  /// are JSON. Matches of the pattern are words, and nothing else is.
  FileDescription describe(const std::string& pattern, const std::string& normalizer,
                           const std::string& post_processor, std::vector<AddedToken> added,
                           const TokenizerConfig& config) &&;

 private:
  std::string source_;
  Vocabulary tokens_;
  std::string spelled_;
};

}  // namespace hearth::text
