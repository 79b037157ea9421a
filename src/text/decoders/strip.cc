// Strip: up to `start` times a character at the start of every token, up to `stop` times at its
// end.
#include "text/characters.h"
#include "text/decoders/token_step.h"

namespace hearth::text {
namespace {

struct StripConfig {
  std::string content;  // one character
  int64_t start, stop;
};

class Strip : public DecodeStep {
 public:
  Strip(std::unique_ptr<DecodeStep> next, StripConfig config)
      : next_(std::move(next)), config_(std::move(config)) {}

  void text(std::string_view chunk) override {
    std::string out;
    for (size_t at = 0; at < chunk.size();) {
      const std::string_view character = chunk.substr(at, utf8_length(chunk[at]));
      at += character.size();
      const bool match = character == config_.content;
      if (match && at_start_ && dropped_ < config_.start) {
        ++dropped_;
        continue;
      }
      at_start_ = false;
      if (match) {
        ++held_;  // to be dropped when nothing else follows
        continue;
      }
      release(out);
      out += character;
    }
    // More than `stop` of them: those in front are certain to stay.
    for (; held_ > config_.stop; --held_) out += config_.content;
    if (!out.empty()) next_->text(out);
  }

  void end_token() override {
    held_ = dropped_ = 0;
    at_start_ = true;
    next_->end_token();
  }
  void end() override { next_->end(); }

 private:
  void release(std::string& out) {
    for (; held_ > 0; --held_) out += config_.content;
  }

  std::unique_ptr<DecodeStep> next_;
  StripConfig config_;
  bool at_start_ = true;  // nothing but dropped characters so far
  int64_t dropped_ = 0, held_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> make_strip_decoder(const StageConfig& config) {
  return std::make_unique<StepDecoder<Strip, StripConfig>>(
      StripConfig{config.character("content"), config.integer("start", 0, INT32_MAX),
                  config.integer("stop", 0, INT32_MAX)});
}

}  // namespace hearth::text
