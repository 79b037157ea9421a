// BertPreTokenizer: what stands between white space, punctuation apart.
#include "text/pretokenizers/character_split.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class BertPreTokenizer : public PreTokenizer {
 public:
  void apply(Pieces& pieces) const override {
    split_at_characters(pieces, SplitBehavior::removed, is_white_space);
    split_at_characters(pieces, SplitBehavior::isolated, is_punctuation);
  }
};

}  // namespace

std::unique_ptr<PreTokenizer> make_bert_pre_tokenizer(const StageConfig&) {
  return std::make_unique<BertPreTokenizer>();
}

}  // namespace hearth::text
