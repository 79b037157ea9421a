// Sequence: one pre-tokenizer after the other, each on the pieces of the one before.
#include <algorithm>

#include "text/stages.h"

namespace hearth::text {
namespace {

class PreTokenizerSequence : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> stages)
      : stages_(std::move(stages)) {}
  void apply(Pieces& pieces) const override {
    for (const auto& stage : stages_) stage->apply(pieces);
  }
  bool needs_origin() const override {
    return std::any_of(stages_.begin(), stages_.end(),
                       [](const auto& stage) { return stage->needs_origin(); });
  }

 private:
  std::vector<std::unique_ptr<PreTokenizer>> stages_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_sequence_pre_tokenizer(const StageConfig& config) {
  std::vector<std::unique_ptr<PreTokenizer>> stages;
  for (const StageConfig& stage : config.objects("pretokenizers"))
    stages.push_back(make_pre_tokenizer(stage));
  return std::make_unique<PreTokenizerSequence>(std::move(stages));
}

}  // namespace hearth::text
