// Sequence: one normalizer after the other.
#include "text/stages.h"

namespace hearth::text {
namespace {

class NormalizerSequence : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<std::unique_ptr<Normalizer>> stages)
      : stages_(std::move(stages)) {}
  void apply(NormalizedText& text) const override {
    for (const auto& stage : stages_) stage->apply(text);
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> stages_;
};

}  // namespace

std::unique_ptr<Normalizer> make_sequence_normalizer(const StageConfig& config) {
  std::vector<std::unique_ptr<Normalizer>> stages;
  for (const StageConfig& stage : config.objects("normalizers"))
    stages.push_back(make_normalizer(stage));
  return std::make_unique<NormalizerSequence>(std::move(stages));
}

}  // namespace hearth::text
