// StripAccents: combining marks go; useful behind NFD.
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class StripAccents : public Normalizer {
 public:
  void apply(NormalizedText& text) const override {
    if (is_ascii(text.text())) return;
    Rewrite rewrite(text);
    for (std::string_view rest = rewrite.rest(); !rest.empty(); rest = rewrite.rest()) {
      size_t bytes = 0;
      if (is_combining_mark(next_character(rest, bytes))) {
        rewrite.drop(bytes);
      } else {
        rewrite.keep(bytes);
      }
    }
    rewrite.finish();
  }
};

}  // namespace

std::unique_ptr<Normalizer> make_strip_accents_normalizer(const StageConfig&) {
  return std::make_unique<StripAccents>();
}

}  // namespace hearth::text
