// Fuse: all tokens become one.
#include "text/decoders/token_step.h"

namespace hearth::text {
namespace {

class Fuse : public DecodeStep {
 public:
  Fuse(std::unique_ptr<DecodeStep> next, NoConfig) : next_(std::move(next)) {}
  void text(std::string_view chunk) override { next_->text(chunk); }
  void end_token() override {}
  void end() override {
    next_->end_token();
    next_->end();
  }

 private:
  std::unique_ptr<DecodeStep> next_;
};

}  // namespace

std::unique_ptr<Decoder> make_fuse_decoder(const StageConfig&) {
  return std::make_unique<StepDecoder<Fuse, NoConfig>>(NoConfig());
}

}  // namespace hearth::text
