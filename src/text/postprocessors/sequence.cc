// Sequence: one post-processor after the other.
#include "text/stages.h"

namespace hearth::text {
namespace {

class PostProcessorSequence : public PostProcessor {
 public:
  explicit PostProcessorSequence(std::vector<std::unique_ptr<PostProcessor>> stages)
      : stages_(std::move(stages)) {}

  void apply(Layout& layout, bool add_special_tokens) const override {
    for (const auto& stage : stages_) stage->apply(layout, add_special_tokens);
  }

 private:
  std::vector<std::unique_ptr<PostProcessor>> stages_;
};

}  // namespace

std::unique_ptr<PostProcessor> make_sequence_post_processor(const StageConfig& config) {
  std::vector<std::unique_ptr<PostProcessor>> stages;
  for (const StageConfig& stage : config.objects("processors"))
    stages.push_back(make_post_processor(stage));
  return std::make_unique<PostProcessorSequence>(std::move(stages));
}

}  // namespace hearth::text
