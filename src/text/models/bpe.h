// Byte pair encoding: a word starts as its characters, and pairs of neighbours merge in the order
// of the ranks that training gave them (Sennrich et al., 2016). Serves byte-level BPE and
// SentencePiece-style BPE with byte fallback.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "text/models/bpe_merges.h"
#include "text/stages.h"
#include "text/vocabulary.h"

namespace hearth::text {

struct BpeOptions {
  std::optional<std::string> unk_token;
  std::string continuing_subword_prefix;  ///< put before each character but the first
  std::string end_of_word_suffix;         ///< put behind the last character
  bool fuse_unk = false;                  ///< neighbouring unknown characters become one token
  bool byte_fallback = false;             ///< unknown characters become <0xNN> tokens
  bool ignore_merges = false;             ///< a word that is a token is that token
  std::string source;                     ///< for errors
};

class BpeModel : public Model {
 public:
  BpeModel(Vocabulary vocabulary, std::span<const BpeMerge> merges, BpeOptions options);

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override;
  size_t token_count() const override { return vocabulary_.size(); }
  size_t end_id() const override { return vocabulary_.end_id(); }
  std::optional<int64_t> token_to_id(std::string_view token) const override;
  std::optional<std::string_view> id_to_token(int64_t id) const override;
  std::optional<int64_t> unk_id() const override;

 private:
  struct Work;  // memory of one call
  struct Symbols;
  template <bool kTracks>
  void encode_pieces(const Pieces& pieces, Work& work) const;
  template <bool kTracks>
  void encode_word(std::string_view word, Work& work) const;
  template <bool kTracks>
  void spell(std::string_view word, Symbols& symbols) const;
  uint32_t find_character(std::string_view character, bool first, bool last) const;
  template <bool kTracks>
  bool spell_bytes(std::string_view character, bool first, bool last, Symbols& symbols) const;
  uint32_t unk_or_throw() const;
  bool words_start_at_marker(std::span<const BpeMerge> merges) const;

  Vocabulary vocabulary_;
  BpeOptions options_;
  bool has_affixes_;
  bool splits_at_marker_;
  MergeTable merges_;
  std::array<uint32_t, 0x400> characters_;  // ids of the first code points; most text is of them
  std::array<uint32_t, 256> bytes_;         // ids of <0xNN>
  // Per id, whether the token's text, as a word, gives just that token: found out once and then
  // the fast path for most words. Concurrent writers store the same value.
  enum Whole : uint8_t { kUnknown, kYes, kNo };
  std::unique_ptr<std::atomic<uint8_t>[]> whole_;
};

}  // namespace hearth::text
