// Digits: numbers apart from the rest, each digit by itself or runs of them.
#include "text/pretokenizers/character_split.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Digits : public PreTokenizer {
 public:
  explicit Digits(bool individual)
      : behavior_(individual ? SplitBehavior::isolated : SplitBehavior::contiguous) {}
  void apply(Pieces& pieces) const override { split_at_characters(pieces, behavior_, is_numeric); }

 private:
  SplitBehavior behavior_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_digits_pre_tokenizer(const StageConfig& config) {
  return std::make_unique<Digits>(config.flag("individual_digits"));
}

}  // namespace hearth::text
