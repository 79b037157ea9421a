// BPEDecoder: the mark of a word's end becomes a space, except in the last token.
#include <optional>

#include "text/decoders/replace_all.h"
#include "text/decoders/token_step.h"

namespace hearth::text {
namespace {

class BpeStep : public TokenStep {
 public:
  BpeStep(std::unique_ptr<DecodeStep> next, std::string suffix)
      : TokenStep(std::move(next)), suffix_(std::move(suffix)) {}

  // A token is written when the next one comes: only then is it not the last.
  void token(const std::string& token) override {
    if (held_) emit(replace_all(*held_, suffix_, " "));
    held_ = token;
  }
  void end() override {
    if (held_) emit(replace_all(*held_, suffix_, ""));
    next().end();
  }

 private:
  std::string suffix_;
  std::optional<std::string> held_;
};

}  // namespace

std::unique_ptr<Decoder> make_bpe_decoder(const StageConfig& config) {
  return std::make_unique<StepDecoder<BpeStep, std::string>>(config.text("suffix"));
}

}  // namespace hearth::text
