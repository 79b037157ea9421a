// Sequence: one decoder after the other.
#include "text/growth_limit.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

// In front of a sequence: counts what comes in.
class Entrance : public DecodeStep {
 public:
  Entrance(std::unique_ptr<DecodeStep> next, std::shared_ptr<size_t> input)
      : next_(std::move(next)), input_(std::move(input)) {}
  void text(std::string_view chunk) override {
    *input_ += chunk.size();
    next_->text(chunk);
  }
  void end_token() override {
    ++*input_;  // some decoders write a space for an empty token
    next_->end_token();
  }
  void end() override { next_->end(); }

 private:
  std::unique_ptr<DecodeStep> next_;
  std::shared_ptr<size_t> input_;
};

// Behind every stage: forty that each double a text would otherwise take all memory.
class Bound : public DecodeStep {
 public:
  Bound(std::unique_ptr<DecodeStep> next, std::shared_ptr<const size_t> input)
      : next_(std::move(next)), input_(std::move(input)) {}
  void text(std::string_view chunk) override {
    passed_ += chunk.size();
    check_growth(passed_, growth_limit(*input_));
    next_->text(chunk);
  }
  void end_token() override { next_->end_token(); }
  void end() override { next_->end(); }

 private:
  std::unique_ptr<DecodeStep> next_;
  std::shared_ptr<const size_t> input_;
  size_t passed_ = 0;
};

class DecoderSequence : public Decoder {
 public:
  explicit DecoderSequence(std::vector<std::unique_ptr<Decoder>> stages)
      : stages_(std::move(stages)) {}
  std::unique_ptr<DecodeStep> start(std::unique_ptr<DecodeStep> next) const override {
    const auto input = std::make_shared<size_t>(0);
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage)
      next = (*stage)->start(std::make_unique<Bound>(std::move(next), input));
    return std::make_unique<Entrance>(std::move(next), input);
  }
  std::vector<std::unique_ptr<Decoder>> take_stages() && { return std::move(stages_); }

 private:
  std::vector<std::unique_ptr<Decoder>> stages_;
};

}  // namespace

std::unique_ptr<Decoder> make_sequence_decoder(const StageConfig& config) {
  std::vector<std::unique_ptr<Decoder>> stages;
  for (const StageConfig& config_of_stage : config.objects("decoders")) {
    auto stage = make_decoder(config_of_stage);
    // The stages of a sequence inside join this one, so that one bound holds for all.
    if (auto* inner = dynamic_cast<DecoderSequence*>(stage.get())) {
      for (auto& of_inner : std::move(*inner).take_stages()) stages.push_back(std::move(of_inner));
    } else {
      stages.push_back(std::move(stage));
    }
  }
  return std::make_unique<DecoderSequence>(std::move(stages));
}

}  // namespace hearth::text
