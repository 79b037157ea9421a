// SentencePiece's way back: U+2581 becomes a space, but not at the start, where the normalizer has
// put it; control pieces are invisible; byte pieces are bytes of UTF-8.
#include "base/utf8.h"
#include "text/byte_token.h"
#include "text/decoders/replace_all.h"
#include "text/decoders/token_step.h"
#include "text/sentencepiece/models.h"
#include "text/word_marker.h"

namespace hearth::text {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Config {
  std::shared_ptr<const PieceTable> table;
  std::string unk_surface;
  bool drops_first;  // one space at the start
  bool drops_all;    // all spaces at the start
};

class SentencePieceStep : public TokenStep {
 public:
  SentencePieceStep(std::unique_ptr<DecodeStep> next, Config config)
      : TokenStep(std::move(next)), config_(std::move(config)) {}

  void token(const std::string& piece) override {
    const PieceTable& table = *config_.table;
    const uint32_t id = table.piece_to_id(piece);
    const PieceType type = table.type(id);
    if (type == PieceType::byte) {
      bytes_ += static_cast<char>(parse_byte_token(piece).value_or(0));
      write_bytes(false);
      return;
    }
    write_bytes(true);
    at_start_ = at_start_ && !space_dropped_ && !wrote_;
    space_dropped_ = false;
    if (type == PieceType::control) return;
    if (type == PieceType::unknown) {
      write(table.text(id) == piece ? config_.unk_surface : piece);
      return;
    }
    std::string_view rest = piece;
    if (at_start_ && config_.drops_first && rest.starts_with(kWordMarker)) {
      rest.remove_prefix(kWordMarker.size());
      space_dropped_ = !config_.drops_all;
    }
    write(replace_all(rest, kWordMarker, " "));
  }

  void end() override {
    write_bytes(true);
    next().end_token();
    next().end();
  }

 private:
  void write(std::string_view text) {
    if (text.empty()) return;
    wrote_ = true;
    next().text(text);
  }

  // Character by character; a byte that fits nowhere is one U+FFFD. What may still become a
  // character waits, unless this is the end of the bytes.
  void write_bytes(bool last) {
    size_t at = 0;
    while (at < bytes_.size()) {
      const DecodedChar c = decode_utf8(bytes_, at);
      if (!c.valid && !last && incomplete_utf8_suffix(bytes_) == bytes_.size() - at) break;
      write(c.valid ? std::string_view(bytes_).substr(at, c.bytes) : kReplacement);
      at += c.valid ? c.bytes : 1;
    }
    bytes_.erase(0, at);
  }

  Config config_;
  std::string bytes_;
  bool wrote_ = false;
  bool at_start_ = true;
  bool space_dropped_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_sentencepiece_decoder(const SentencePieceFile& file,
                                                    std::shared_ptr<const PieceTable> table) {
  return std::make_unique<StepDecoder<SentencePieceStep, Config>>(Config{
      std::move(table), file.unk_surface, file.add_dummy_prefix || file.remove_extra_whitespaces,
      file.remove_extra_whitespaces});
}

}  // namespace hearth::text
