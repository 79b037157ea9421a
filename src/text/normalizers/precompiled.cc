// Precompiled: SentencePiece's character map as the Rust package applies it, which is not how
// SentencePiece does: a grapheme of less than six bytes is looked up as a whole, and the shortest
// rule that it starts with replaces all of it; else each character is looked up by itself.
#include <utf8proc.h>

#include "base/base64.h"
#include "base/error.h"
#include "text/characters.h"
#include "text/charsmap.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

constexpr size_t kWholeBelow = 6;  // bytes

// The bytes of the first extended grapheme cluster.
size_t grapheme_length(std::string_view text) {
  const auto is_plain = [&](size_t i) { return static_cast<uint8_t>(text[i]) < 0x80; };
  if (text.size() > 1 && is_plain(0) && is_plain(1) && text[0] != '\r') return 1;
  // utf8proc's Unicode is older than the package's; stand-ins extend clusters the same way.
  const auto known = [&](size_t& from) {
    return static_cast<utf8proc_int32_t>(stand_in(next_character(text, from)));
  };
  size_t at = 0;
  utf8proc_int32_t last = known(at);
  utf8proc_int32_t state = 0;
  while (at < text.size()) {
    size_t end = at;
    const utf8proc_int32_t c = known(end);
    if (utf8proc_grapheme_break_stateful(last, c, &state)) break;
    last = c;
    at = end;
  }
  return at;
}

class Precompiled : public Normalizer {
 public:
  explicit Precompiled(const StageConfig& config)
      : map_(decode_base64(config.text("precompiled_charsmap"),
                           config.name_of("precompiled_charsmap")),
             config.name_of("precompiled_charsmap")) {}

  void apply(NormalizedText& text) const override {
    Rewrite rewrite(text);
    for (std::string_view rest = rewrite.rest(); !rest.empty(); rest = rewrite.rest()) {
      const std::string_view grapheme = rest.substr(0, grapheme_length(rest));
      if (grapheme.size() < kWholeBelow && replace(rewrite, grapheme)) continue;
      for (size_t at = 0; at < grapheme.size();) {
        const std::string_view character = grapheme.substr(at, utf8_length(grapheme[at]));
        if (!replace(rewrite, character)) rewrite.keep(character.size());
        at += character.size();
      }
    }
    rewrite.finish();
  }

 private:
  bool replace(Rewrite& rewrite, std::string_view part) const {
    const auto rule = map_.shortest(part);
    if (rule) rewrite.replace(part.size(), rule->with);
    return rule.has_value();
  }

  Charsmap map_;
};

}  // namespace

std::unique_ptr<Normalizer> make_precompiled_normalizer(const StageConfig& config) {
  return std::make_unique<Precompiled>(config);
}

}  // namespace hearth::text
