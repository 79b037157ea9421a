// ByteLevel: visible characters become bytes again, and all bytes together are UTF-8, with U+FFFD
// for what is not. A token with any other character stands for its own bytes.
#include "base/byte_alphabet.h"
#include "base/utf8.h"
#include "text/characters.h"
#include "text/decoders/token_step.h"

namespace hearth::text {
namespace {

class ByteLevel : public TokenStep {
 public:
  ByteLevel(std::unique_ptr<DecodeStep> next, NoConfig) : TokenStep(std::move(next)) {}

  void token(const std::string& token) override {
    const size_t before = bytes_.size();
    for (size_t at = 0; at < token.size();) {
      const auto byte = byte_of_character(next_character(token, at));
      if (!byte) {
        bytes_.resize(before);
        bytes_ += token;
        break;
      }
      bytes_ += static_cast<char>(*byte);
    }
    write(bytes_.size() - incomplete_utf8_suffix(bytes_));
  }

  void end() override {
    write(bytes_.size());
    next().end_token();
    next().end();
  }

 private:
  void write(size_t bytes) {
    const std::string_view ready = std::string_view(bytes_).substr(0, bytes);
    if (is_utf8(ready)) {
      if (!ready.empty()) next().text(ready);
    } else {
      next().text(replace_invalid_utf8(ready));
    }
    bytes_.erase(0, bytes);
  }

  std::string bytes_;  // the start of a character that is not complete
};

}  // namespace

std::unique_ptr<Decoder> make_byte_level_decoder(const StageConfig&) {
  return std::make_unique<StepDecoder<ByteLevel, NoConfig>>(NoConfig());
}

}  // namespace hearth::text
