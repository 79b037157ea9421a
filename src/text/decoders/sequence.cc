// Sequence: one decoder after the other.
#include "text/stages.h"

namespace hearth::text {
namespace {

class DecoderSequence : public Decoder {
 public:
  explicit DecoderSequence(std::vector<std::unique_ptr<Decoder>> stages)
      : stages_(std::move(stages)) {}
  std::unique_ptr<DecodeStep> start(std::unique_ptr<DecodeStep> next) const override {
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage)
      next = (*stage)->start(std::move(next));
    return next;
  }

 private:
  std::vector<std::unique_ptr<Decoder>> stages_;
};

}  // namespace

std::unique_ptr<Decoder> make_sequence_decoder(const StageConfig& config) {
  std::vector<std::unique_ptr<Decoder>> stages;
  for (const StageConfig& stage : config.objects("decoders")) stages.push_back(make_decoder(stage));
  return std::make_unique<DecoderSequence>(std::move(stages));
}

}  // namespace hearth::text
