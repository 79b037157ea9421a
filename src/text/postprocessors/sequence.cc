// Sequence: one post-processor after the other.
#include "text/stages.h"

namespace hearth::text {
namespace {

class PostProcessorSequence : public PostProcessor {
 public:
  explicit PostProcessorSequence(std::vector<std::unique_ptr<PostProcessor>> stages)
      : stages_(std::move(stages)) {}

  void apply(std::vector<int64_t>& ids, bool add_special_tokens) const override {
    for (const auto& stage : stages_) stage->apply(ids, add_special_tokens);
  }
  size_t added_tokens() const override {
    size_t sum = 0;
    for (const auto& stage : stages_) sum += stage->added_tokens();
    return sum;
  }
  std::optional<int64_t> first_id() const override {
    for (const auto& stage : stages_)
      if (const auto id = stage->first_id()) return id;
    return std::nullopt;
  }
  std::optional<int64_t> last_id() const override {
    for (const auto& stage : stages_)
      if (const auto id = stage->last_id()) return id;
    return std::nullopt;
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
