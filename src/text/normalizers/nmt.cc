// Nmt: control characters go, odd white space becomes a space; what SentencePiece's nmt rules do.
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

bool is_removed(uint32_t c) {
  return (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F ||
         c == 0x9F;
}

bool is_space(uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 ||
         (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF ||
         c == 0xFFFD;
}

class Nmt : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    Rewrite rewrite(text);
    for (std::string_view rest = rewrite.rest(); !rest.empty(); rest = rewrite.rest()) {
      size_t bytes = 0;
      const uint32_t c = next_character(rest, bytes);
      if (is_removed(c)) {
        rewrite.drop(bytes);
      } else if (is_space(c)) {
        rewrite.replace(bytes, " ");
      } else {
        rewrite.keep(bytes);
      }
    }
    rewrite.finish();
  }
};

}  // namespace

std::unique_ptr<Normalizer> make_nmt_normalizer(const StageConfig&) {
  return std::make_unique<Nmt>();
}

}  // namespace hearth::text
