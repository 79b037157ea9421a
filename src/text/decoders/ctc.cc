// CTC: repeated tokens count once, padding goes, the delimiter becomes a space.
#include <optional>

#include "text/decoders/replace_all.h"
#include "text/decoders/token_step.h"

namespace hearth::text {
namespace {

struct CtcConfig {
  std::string pad_token, word_delimiter_token;
  bool cleanup;
};

class Ctc : public TokenStep {
 public:
  Ctc(std::unique_ptr<DecodeStep> next, CtcConfig config)
      : TokenStep(std::move(next)), config_(std::move(config)) {}

  void token(const std::string& token) override {
    if (last_ == token) return;
    last_ = token;
    std::string out = replace_all(token, config_.pad_token, "");
    if (config_.cleanup)
      out = replace_all(clean_up_spaces(std::move(out)), config_.word_delimiter_token, " ");
    if (!out.empty()) emit(out);
  }

 private:
  CtcConfig config_;
  std::optional<std::string> last_;
};

}  // namespace

std::unique_ptr<Decoder> make_ctc_decoder(const StageConfig& config) {
  return std::make_unique<StepDecoder<Ctc, CtcConfig>>(CtcConfig{
      config.text("pad_token"), config.text("word_delimiter_token"), config.flag("cleanup")});
}

}  // namespace hearth::text
