// What models answer from a vocabulary and an unknown token alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/stages.h"
#include "text/vocabulary.h"

namespace hearth::text {

class VocabularyModel : public Model {
 public:
  /// An unknown token need not be in the vocabulary until a text needs it. `source` is for errors.
  VocabularyModel(Vocabulary vocabulary, std::optional<std::string> unk_token, std::string source)
      : vocabulary_(std::move(vocabulary)),
        unk_token_(std::move(unk_token)),
        source_(std::move(source)) {}

  size_t token_count() const final { return vocabulary_.size(); }
  size_t end_id() const final { return vocabulary_.end_id(); }
  std::optional<int64_t> token_to_id(std::string_view token) const final;
  std::optional<std::string_view> id_to_token(int64_t id) const final;
  std::optional<int64_t> unk_id() const final;

 protected:
  const Vocabulary& vocabulary() const { return vocabulary_; }
  /// Throws bad_input when there is none.
  uint32_t unk_or_throw() const;

 private:
  Vocabulary vocabulary_;
  std::optional<std::string> unk_token_;
  std::string source_;
};

}  // namespace hearth::text
