#include "text/sentencepiece/piece_table.h"

#include <algorithm>

#include "base/error.h"
#include "text/byte_token.h"

namespace hearth::text {

PieceTable::PieceTable(const SentencePieceFile& file, const std::string& source)
    : byte_fallback_(file.byte_fallback) {
  bytes_.fill(Vocabulary::kNone);
  std::vector<Trie::Key> user_defined;
  for (uint32_t id = 0; id < file.pieces.size(); ++id) {
    add(file.pieces[id], id, source);
    if (file.pieces[id].type == PieceType::user_defined)
      user_defined.push_back({file.pieces[id].text, id});
  }
  user_defined_ = Trie(user_defined);
  if (unk_ == Vocabulary::kNone) bad_input("{}: has no unknown piece", source);
  const bool all_bytes = std::find(bytes_.begin(), bytes_.end(), Vocabulary::kNone) == bytes_.end();
  if (byte_fallback_ && !all_bytes)
    bad_input("{}: byte_fallback is on, but there are not 256 byte pieces", source);
}

void PieceTable::add(const SentencePieceFile::Piece& piece, uint32_t id,
                     const std::string& source) {
  types_.push_back(piece.type);
  scores_.push_back(piece.score);
  const bool is_normal = piece.type == PieceType::normal || piece.type == PieceType::unused ||
                         piece.type == PieceType::user_defined;
  Vocabulary& vocabulary = is_normal ? normal_ : reserved_;
  if (vocabulary.find(piece.text) != Vocabulary::kNone)
    bad_input("{}: has the piece \"{}\" twice", source, piece.text);
  vocabulary.add(piece.text, id);
  if (piece.type == PieceType::unknown) {
    if (unk_ != Vocabulary::kNone) bad_input("{}: has two unknown pieces", source);
    unk_ = id;
  }
  if (piece.type != PieceType::byte) return;
  const auto value = parse_byte_token(piece.text);
  if (!byte_fallback_ || !value || byte_token(*value) != piece.text)
    bad_input("{}: has the byte piece \"{}\", which {}", source, piece.text,
              byte_fallback_ ? "names no byte" : "does not fit byte_fallback being off");
  bytes_[*value] = id;
}

std::string_view PieceTable::text(uint32_t id) const {
  const auto normal = normal_.token(id);
  return normal ? *normal : reserved_.token(id).value_or("");
}

uint32_t PieceTable::piece_to_id(std::string_view text) const {
  const uint32_t reserved = reserved_.find(text);
  if (reserved != Vocabulary::kNone) return reserved;
  const uint32_t normal = normal_.find(text);
  return normal != Vocabulary::kNone ? normal : unk_;
}

void PieceWriter::add(std::string_view text, uint32_t id) {
  const bool unknown = id == table_.unk();
  const size_t before = ids_.size();
  if (unknown && table_.byte_fallback()) {
    for (const char byte : text) ids_.push_back(table_.byte(static_cast<uint8_t>(byte)));
  } else if (!unknown || !last_is_unknown_) {
    ids_.push_back(id);
  }
  last_is_unknown_ = unknown;
  if (ranges_ == nullptr) return;
  const auto end = at_ + static_cast<uint32_t>(text.size());
  if (ids_.size() == before) {
    ranges_->back().end = end;
  } else {
    ranges_->insert(ranges_->end(), ids_.size() - before, {piece_, at_, end});
  }
  at_ = end;
}

}  // namespace hearth::text
