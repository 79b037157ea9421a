// ByteFallback: runs of tokens <0xNN> become the text that their bytes spell, or one U+FFFD for
// each of them when the whole run is not UTF-8. So a run is held back until it ends or is certain
// to be broken.
#include "base/utf8.h"
#include "text/byte_token.h"
#include "text/characters.h"
#include "text/decoders/token_step.h"

namespace hearth::text {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

class ByteFallback : public TokenStep {
 public:
  ByteFallback(std::unique_ptr<DecodeStep> next, NoConfig) : TokenStep(std::move(next)) {}

  void token(const std::string& token) override {
    const auto byte = parse_byte_token(token);
    if (!byte) {
      end_run();
      emit(token);
      return;
    }
    if (broken_) {
      emit(kReplacement);
      return;
    }
    run_ += static_cast<char>(*byte);
    // Only the last bytes can be new or incomplete: all before them have been checked.
    const size_t incomplete = incomplete_utf8_suffix(run_);
    if (is_utf8(std::string_view(run_).substr(checked_, run_.size() - incomplete - checked_))) {
      checked_ = run_.size() - incomplete;
    } else {
      broken_ = true;
      write_broken();
    }
  }

  void end() override {
    end_run();
    next().end();
  }

 private:
  void write_broken() {
    for (size_t i = 0; i < run_.size(); ++i) emit(kReplacement);
    run_.clear();
  }

  void end_run() {
    if (!run_.empty() && checked_ == run_.size()) {
      emit(run_);
      run_.clear();
    }
    write_broken();
    checked_ = 0;
    broken_ = false;
  }

  std::string run_;
  size_t checked_ = 0;  // bytes of the run that are whole characters
  bool broken_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_byte_fallback_decoder(const StageConfig&) {
  return std::make_unique<StepDecoder<ByteFallback, NoConfig>>(NoConfig());
}

}  // namespace hearth::text
