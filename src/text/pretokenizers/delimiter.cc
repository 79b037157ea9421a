// CharDelimiterSplit: what stands between one given character.
#include "text/pretokenizers/character_split.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Delimiter : public PreTokenizer {
 public:
  explicit Delimiter(const std::string& character) {
    size_t at = 0;
    character_ = next_character(character, at);
  }
  void apply(Pieces& pieces) const override {
    split_at_characters(pieces, SplitBehavior::removed,
                        [this](uint32_t c) { return c == character_; });
  }

 private:
  uint32_t character_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_delimiter_pre_tokenizer(const StageConfig& config) {
  return std::make_unique<Delimiter>(config.character("delimiter"));
}

}  // namespace hearth::text
