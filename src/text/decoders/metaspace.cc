// Metaspace: the visible character becomes a space; in the first token it goes, where the
// pre-tokenizer has put it.
#include "text/decoders/replace_all.h"
#include "text/decoders/token_step.h"
#include "text/metaspace_scheme.h"

namespace hearth::text {
namespace {

struct MetaspaceConfig {
  std::string replacement;
  bool drops_first;  // in the first token
};

class Metaspace : public DecodeStep {
 public:
  Metaspace(std::unique_ptr<DecodeStep> next, MetaspaceConfig config)
      : next_(std::move(next)), config_(std::move(config)) {}

  void text(std::string_view chunk) override {
    next_->text(replace_all(chunk, config_.replacement, config_.drops_first && first_ ? "" : " "));
  }
  void end_token() override {
    first_ = false;
    next_->end_token();
  }
  void end() override { next_->end(); }

 private:
  std::unique_ptr<DecodeStep> next_;
  MetaspaceConfig config_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<Decoder> make_metaspace_decoder(const StageConfig& config) {
  return std::make_unique<StepDecoder<Metaspace, MetaspaceConfig>>(MetaspaceConfig{
      config.character("replacement"), read_prepend_scheme(config) != PrependScheme::never});
}

}  // namespace hearth::text
