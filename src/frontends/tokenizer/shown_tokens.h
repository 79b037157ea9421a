// What a token looks like in decoded text, whatever stands around it: a detokenizer's vocabulary is
// made of this, and is recognised by it.
#pragma once

#include <string>
#include <string_view>

#include "frontends/tokenizer/graph_reader.h"

namespace hearth::frontends {

/// Every `from` becomes `to`.
std::string replaced(std::string text, std::string_view from, std::string_view to);
/// The decoder WordPiece: a space in front of what does not continue a word.
std::string word_piece(const std::string& token, const std::string& prefix, bool cleanup);

enum class Shown {
  as_stored,
  with_spaces,  ///< Metaspace: ▁ as a space; bytes of a byte fallback as themselves
  with_suffix,  ///< BPEDecoder: the end of a word as a space
  as_words,     ///< a space in front
  as_word_pieces,
  as_clean_word_pieces,
  otherwise
};

/// How a detokenizer's vocabulary shows the tokens of a model.
Shown how_shown(const ReadModel& model, const std::vector<std::string>& shown);

}  // namespace hearth::frontends
