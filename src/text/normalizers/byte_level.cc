// ByteLevel: every byte becomes its visible character.
#include "base/byte_alphabet.h"
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class ByteLevel : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    Rewrite rewrite(text);
    std::string visible;
    for (std::string_view rest = rewrite.rest(); !rest.empty(); rest = rewrite.rest()) {
      const std::string_view character = rest.substr(0, utf8_length(rest[0]));
      visible.clear();
      for (const char byte : character) append_byte_character(visible, byte);
      rewrite.replace(character.size(), visible);
    }
    rewrite.finish();
  }
};

}  // namespace

std::unique_ptr<Normalizer> make_byte_level_normalizer(const StageConfig&) {
  return std::make_unique<ByteLevel>();
}

}  // namespace hearth::text
