// WordPiece: a space before every token that does not continue a word.
#include "text/decoders/replace_all.h"
#include "text/decoders/token_step.h"

namespace hearth::text {
namespace {

struct WordPieceConfig {
  std::string prefix;  // of tokens that continue a word
  bool cleanup;
};

class WordPiece : public TokenStep {
 public:
  WordPiece(std::unique_ptr<DecodeStep> next, WordPieceConfig config)
      : TokenStep(std::move(next)), config_(std::move(config)) {}

  void token(const std::string& token) override {
    std::string out = token;
    if (!first_)
      out = token.starts_with(config_.prefix) ? token.substr(config_.prefix.size()) : " " + token;
    first_ = false;
    emit(config_.cleanup ? clean_up_spaces(std::move(out)) : out);
  }

 private:
  WordPieceConfig config_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<Decoder> make_word_piece_decoder(const StageConfig& config) {
  return std::make_unique<StepDecoder<WordPiece, WordPieceConfig>>(
      WordPieceConfig{config.text("prefix"), config.flag("cleanup")});
}

}  // namespace hearth::text
