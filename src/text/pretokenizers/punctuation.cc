// Punctuation: splits at punctuation characters.
#include "text/pretokenizers/character_split.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Punctuation : public PreTokenizer {
 public:
  explicit Punctuation(SplitBehavior behavior) : behavior_(behavior) {}
  void apply(Pieces& pieces) const override {
    split_at_characters(pieces, behavior_, is_punctuation);
  }

 private:
  SplitBehavior behavior_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_punctuation_pre_tokenizer(const StageConfig& config) {
  return std::make_unique<Punctuation>(
      config.has("behavior") ? read_split_behavior(config, "behavior") : SplitBehavior::isolated);
}

}  // namespace hearth::text
