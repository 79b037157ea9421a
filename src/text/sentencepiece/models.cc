#include "text/sentencepiece/models.h"

namespace hearth::text {

void SentencePieceModel::encode(const Pieces& pieces, std::vector<int64_t>& ids,
                                std::vector<TokenRange>* ranges) const {
  for (const Piece& piece : pieces.list()) {
    const auto index = static_cast<uint32_t>(&piece - pieces.list().data());
    if (piece.token != kText) {
      ids.push_back(piece.token);
      if (ranges != nullptr) ranges->push_back({index, 0, 0});
      continue;
    }
    PieceWriter writer(*table_, ids, ranges, index);
    encode_text(pieces.text(piece), writer);
  }
}

std::optional<int64_t> SentencePieceModel::token_to_id(std::string_view token) const {
  const uint32_t id = table_->piece_to_id(token);
  if (table_->text(id) != token) return std::nullopt;
  return id;
}

std::optional<std::string_view> SentencePieceModel::id_to_token(int64_t id) const {
  if (id < 0 || id >= static_cast<int64_t>(table_->size())) return std::nullopt;
  return table_->text(static_cast<uint32_t>(id));
}

bool SentencePieceModel::is_special(int64_t id) const {
  return id >= 0 && id < static_cast<int64_t>(table_->size()) &&
         table_->type(static_cast<uint32_t>(id)) == PieceType::control;
}

}  // namespace hearth::text
