// The pieces of a SentencePiece model by text and by id, and what the two kinds of models share:
// user-defined symbols, unknown characters, bytes.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/sentencepiece/model_file.h"
#include "text/stages.h"
#include "text/trie.h"
#include "text/vocabulary.h"

namespace hearth::text {

class PieceTable {
 public:
  /// Throws bad_input for what the sentencepiece library refuses: repeated pieces, none or two
  /// unknown pieces, byte pieces that are missing or unexpected.
  PieceTable(const SentencePieceFile& file, const std::string& source);

  size_t size() const { return types_.size(); }
  PieceType type(uint32_t id) const { return types_[id]; }
  float score(uint32_t id) const { return scores_[id]; }
  std::string_view text(uint32_t id) const;
  uint32_t unk() const { return unk_; }
  bool byte_fallback() const { return byte_fallback_; }
  uint32_t byte(uint8_t value) const { return bytes_[value]; }

  /// Of the pieces that text can be cut into; Vocabulary::kNone for others.
  uint32_t find_normal(std::string_view text) const { return normal_.find(text); }
  /// Control, byte and unknown pieces too; the unknown piece for what is none.
  uint32_t piece_to_id(std::string_view text) const;

  bool has_user_defined() const { return !user_defined_.empty(); }
  /// The user-defined symbol that `text` starts with: its bytes, or 0.
  size_t user_defined_prefix(std::string_view text) const {
    return user_defined_.empty() ? 0 : user_defined_.longest_prefix(text).bytes;
  }

 private:
  void add(const SentencePieceFile::Piece& piece, uint32_t id, const std::string& source);

  Vocabulary normal_;    // normal, user-defined and unused pieces
  Vocabulary reserved_;  // the others
  std::vector<PieceType> types_;
  std::vector<float> scores_;
  Trie user_defined_;
  uint32_t unk_ = Vocabulary::kNone;
  bool byte_fallback_;
  std::array<uint32_t, 256> bytes_;
};

/// Appends the ids of pieces: an unknown one becomes its bytes where the model has them, else
/// neighbouring unknown pieces become one unknown id. One object a text, whose pieces come in order
/// and without gaps.
class PieceWriter {
 public:
  PieceWriter(const PieceTable& table, std::vector<int64_t>& ids, std::vector<TokenRange>* ranges,
              uint32_t piece)
      : table_(table), ids_(ids), ranges_(ranges), piece_(piece) {}
  void add(std::string_view text, uint32_t id);

 private:
  const PieceTable& table_;
  std::vector<int64_t>& ids_;
  std::vector<TokenRange>* ranges_;
  uint32_t piece_, at_ = 0;
  bool last_is_unknown_ = false;
};

}  // namespace hearth::text
