// WordLevel: every piece that the pre-tokenizer makes is a token, or unknown.
#include "base/error.h"
#include "text/models/model_section.h"
#include "text/models/token_sink.h"
#include "text/models/vocabulary_model.h"

namespace hearth::text {
namespace {

class WordLevelModel : public VocabularyModel {
 public:
  using VocabularyModel::VocabularyModel;

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override {
    TokenSink sink(ids, ranges);
    sink.each_text(pieces, [&](std::string_view word) {
      const uint32_t id = vocabulary().find(word);
      sink.put(id == Vocabulary::kNone ? unk_or_throw() : id, 0, word.size());
    });
  }
};

}  // namespace

std::unique_ptr<Model> make_word_level_model(ModelSection section) {
  if (!section.scored.empty())
    bad_input("{}: model.vocab of a WordLevel model should be an object", section.source);
  return std::make_unique<WordLevelModel>(
      std::move(section.vocabulary), section.options.text("unk_token"), std::move(section.source));
}

}  // namespace hearth::text
