#include "text/models/vocabulary_model.h"

#include "base/error.h"

namespace hearth::text {

std::optional<int64_t> VocabularyModel::token_to_id(std::string_view token) const {
  const uint32_t id = vocabulary_.find(token);
  if (id == Vocabulary::kNone) return std::nullopt;
  return id;
}

std::optional<std::string_view> VocabularyModel::id_to_token(int64_t id) const {
  if (id < 0 || id > Vocabulary::kMaxId) return std::nullopt;
  return vocabulary_.token(static_cast<uint32_t>(id));
}

std::optional<int64_t> VocabularyModel::unk_id() const {
  return unk_token_ ? token_to_id(*unk_token_) : std::nullopt;
}

uint32_t VocabularyModel::unk_or_throw() const {
  const auto id = unk_id();
  if (!id)
    bad_input(
        "{}: the text has something that the vocabulary cannot spell, and the unknown token {} is "
        "not in the vocabulary",
        source_, unk_token_ ? "\"" + *unk_token_ + "\"" : "(none is named)");
  return static_cast<uint32_t>(*id);
}

}  // namespace hearth::text
