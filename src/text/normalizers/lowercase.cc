// Lowercase: every character by itself, so a sigma at the end of a word stays the common one.
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Lowercase : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    Rewrite rewrite(text);
    std::string lower;
    for (std::string_view rest = rewrite.rest(); !rest.empty(); rest = rewrite.rest()) {
      size_t bytes = 0;
      const uint32_t c = next_character(rest, bytes);
      lower.clear();
      append_lowercase(lower, c);
      rewrite.replace(bytes, lower);
    }
    rewrite.finish();
  }
};

}  // namespace

std::unique_ptr<Normalizer> make_lowercase_normalizer(const StageConfig&) {
  return std::make_unique<Lowercase>();
}

}  // namespace hearth::text
