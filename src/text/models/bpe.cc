#include "text/models/bpe.h"

#include "base/error.h"
#include "base/utf8.h"
#include "text/byte_token.h"
#include "text/characters.h"
#include "text/word_marker.h"

namespace hearth::text {

// Of one word; the lengths (in bytes of the text) only where ranges are asked for.
struct BpeModel::Symbols {
  std::vector<uint32_t> ids, lengths;

  void clear() {
    ids.clear();
    lengths.clear();
  }
  template <bool kTracks>
  void add(uint32_t id, size_t length) {
    ids.push_back(id);
    if constexpr (kTracks) lengths.push_back(static_cast<uint32_t>(length));
  }
};

struct BpeModel::Work {
  std::vector<int64_t>& ids;
  std::vector<TokenRange>* ranges;
  Symbols symbols;
  Merger merger;
  uint32_t piece = 0, at = 0;  // the end of the last range

  void add_range(uint32_t length) {
    ranges->push_back({piece, at, at + length});
    at += length;
  }
};

BpeModel::BpeModel(Vocabulary vocabulary, std::span<const BpeMerge> merges, BpeOptions options)
    : vocabulary_(std::move(vocabulary)),
      options_(std::move(options)),
      has_affixes_(!options_.continuing_subword_prefix.empty() ||
                   !options_.end_of_word_suffix.empty()),
      splits_at_marker_(words_start_at_marker(merges)),
      merges_(merges),
      whole_(std::make_unique<std::atomic<uint8_t>[]>(vocabulary_.end_id())) {
  for (uint32_t c = 0; c < characters_.size(); ++c) {
    std::string character;
    append_utf8(character, c);
    characters_[c] = vocabulary_.find(character);
  }
  for (size_t b = 0; b < bytes_.size(); ++b)
    bytes_[b] = vocabulary_.find(byte_token(static_cast<uint8_t>(b)));
}

// Texts without a pre-tokenizer are one word of any length. When no merge reaches over the border
// between a character and a marker behind it, they fall into words there with the same result.
bool BpeModel::words_start_at_marker(std::span<const BpeMerge> merges) const {
  if (has_affixes_ || options_.ignore_merges || vocabulary_.find(kWordMarker) == Vocabulary::kNone)
    return false;
  for (const BpeMerge& merge : merges) {
    const std::string_view merged = vocabulary_.token(merge.merged).value_or("");
    if (find_word_start(merged) < merged.size()) return false;
  }
  return true;
}

void BpeModel::encode(const Pieces& pieces, std::vector<int64_t>& ids,
                      std::vector<TokenRange>* ranges) const {
  Work work{ids, ranges, {}, {}};
  if (ranges != nullptr) {
    encode_pieces<true>(pieces, work);
  } else {
    encode_pieces<false>(pieces, work);
  }
}

template <bool kTracks>
void BpeModel::encode_pieces(const Pieces& pieces, Work& work) const {
  for (const Piece& piece : pieces.list()) {
    if constexpr (kTracks) {
      work.piece = static_cast<uint32_t>(&piece - pieces.list().data());
      work.at = 0;
    }
    if (piece.token != kText) {
      work.ids.push_back(piece.token);
      if constexpr (kTracks) work.add_range(0);
      continue;
    }
    std::string_view text = pieces.text(piece);
    while (splits_at_marker_ && !text.empty()) {
      const size_t end = find_word_start(text);
      encode_word<kTracks>(text.substr(0, end), work);
      text.remove_prefix(end);
    }
    if (!text.empty()) encode_word<kTracks>(text, work);
  }
}

template <bool kTracks>
void BpeModel::encode_word(std::string_view word, Work& work) const {
  const uint32_t whole = vocabulary_.find(word);
  if (whole != Vocabulary::kNone &&
      (options_.ignore_merges || whole_[whole].load(std::memory_order_relaxed) == kYes)) {
    work.ids.push_back(whole);
    if constexpr (kTracks) work.add_range(static_cast<uint32_t>(word.size()));
    return;
  }
  Symbols& symbols = work.symbols;
  symbols.clear();
  spell<kTracks>(word, symbols);
  if constexpr (kTracks) {
    work.merger.run(merges_, symbols.ids, symbols.lengths);
    for (const uint32_t length : symbols.lengths) work.add_range(length);
  } else {
    work.merger.run(merges_, symbols.ids);
  }
  if (whole != Vocabulary::kNone && !vocabulary_.has_shared_ids()) {
    const bool is_whole = symbols.ids.size() == 1 && symbols.ids[0] == whole;
    whole_[whole].store(is_whole ? kYes : kNo, std::memory_order_relaxed);
  }
  work.ids.insert(work.ids.end(), symbols.ids.begin(), symbols.ids.end());
}

uint32_t BpeModel::find_character(std::string_view character, bool first, bool last) const {
  if (!has_affixes_) {
    size_t at = 0;
    const uint32_t c = next_character(character, at);
    return c < characters_.size() ? characters_[c] : vocabulary_.find(character);
  }
  std::string token = first ? "" : options_.continuing_subword_prefix;
  token += character;
  if (last) token += options_.end_of_word_suffix;
  return vocabulary_.find(token);
}

// Nothing, when one of the bytes has no token. Affixes are spelled too and count as bytes of the
// text: in the Rust package the ranges of such tokens go astray.
template <bool kTracks>
bool BpeModel::spell_bytes(std::string_view character, bool first, bool last,
                           Symbols& symbols) const {
  if (!options_.byte_fallback) return false;
  std::string token = first ? "" : options_.continuing_subword_prefix;
  token += character;
  if (last) token += options_.end_of_word_suffix;
  for (const char c : token)
    if (bytes_[static_cast<uint8_t>(c)] == Vocabulary::kNone) return false;
  for (const char c : token) symbols.add<kTracks>(bytes_[static_cast<uint8_t>(c)], 1);
  return true;
}

uint32_t BpeModel::unk_or_throw() const {
  const uint32_t id = vocabulary_.find(*options_.unk_token);
  if (id == Vocabulary::kNone)
    bad_input(
        "{}: the text has a character that is not in the vocabulary, and the unknown token "
        "\"{}\" is not in it either",
        options_.source, *options_.unk_token);
  return id;
}

// The symbols before any merge. A pending unknown token is written when the next known character
// comes, as in the Rust package: without an unknown token such characters vanish.
template <bool kTracks>
void BpeModel::spell(std::string_view word, Symbols& symbols) const {
  uint32_t unknown = Vocabulary::kNone;
  size_t unknown_bytes = 0;
  for (size_t at = 0; at < word.size();) {
    const std::string_view character = word.substr(at, utf8_length(word[at]));
    const bool first = at == 0;
    at += character.size();
    const bool last = at >= word.size();
    const uint32_t id = find_character(character, first, last);
    if (id != Vocabulary::kNone) {
      if (unknown != Vocabulary::kNone) symbols.add<kTracks>(unknown, unknown_bytes);
      unknown = Vocabulary::kNone;
      symbols.add<kTracks>(id, character.size());
      continue;
    }
    if (spell_bytes<kTracks>(character, first, last, symbols) || !options_.unk_token) continue;
    const bool fuses = unknown != Vocabulary::kNone && options_.fuse_unk;
    if (unknown != Vocabulary::kNone && !fuses) symbols.add<kTracks>(unknown, unknown_bytes);
    unknown_bytes = (fuses ? unknown_bytes : 0) + character.size();
    unknown = unk_or_throw();
  }
  if (unknown != Vocabulary::kNone) symbols.add<kTracks>(unknown, unknown_bytes);
}

std::optional<int64_t> BpeModel::token_to_id(std::string_view token) const {
  const uint32_t id = vocabulary_.find(token);
  if (id == Vocabulary::kNone) return std::nullopt;
  return id;
}

std::optional<std::string_view> BpeModel::id_to_token(int64_t id) const {
  if (id < 0 || id > Vocabulary::kMaxId) return std::nullopt;
  return vocabulary_.token(static_cast<uint32_t>(id));
}

std::optional<int64_t> BpeModel::unk_id() const {
  return options_.unk_token ? token_to_id(*options_.unk_token) : std::nullopt;
}

}  // namespace hearth::text
