// Precompiled: SentencePiece's character map as the Rust package applies it, which is not how
// SentencePiece does: a grapheme of less than six bytes is looked up as a whole, and the shortest
// rule that it starts with replaces all of it; else each character is looked up by itself.
#include <utf8proc.h>

#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "text/characters.h"
#include "text/charsmap.h"
#include "text/growth_limit.h"
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
    Output out{text.origins() != nullptr, text.limit(), {}, {}};
    out.text.reserve(text.text().size() + text.text().size() / 8);
    for (std::string_view rest = text.text(); !rest.empty();) {
      const std::string_view grapheme = rest.substr(0, grapheme_length(rest));
      rest.remove_prefix(grapheme.size());
      if (grapheme.size() < kWholeBelow && replace(out, grapheme)) continue;
      for (size_t at = 0; at < grapheme.size();) {
        const std::string_view character = grapheme.substr(at, utf8_length(grapheme[at]));
        if (!replace(out, character)) put(out, character, 0);
        at += character.size();
      }
    }
    text.replace_all(std::move(out.text), out.changes);
  }

 private:
  struct Output {
    bool tracks;
    size_t limit;
    std::string text;
    std::vector<Change> changes;
  };

  static void put(Output& out, std::string_view character, int32_t change) {
    out.text += character;
    if (out.tracks) out.changes.push_back({static_cast<uint32_t>(character.size()), change});
  }

  // New characters stand for the old ones one by one; what is more was inserted, and what is less
  // goes along with the last character written, whichever that is (none at the start: then all
  // that follows stands for too early a character, as in the Rust package).
  bool replace(Output& out, std::string_view part) const {
    const auto rule = map_.shortest(part);
    if (!rule) return false;
    check_growth(out.text.size() + rule->with.size(), out.limit);
    if (!out.tracks) {
      out.text += rule->with;
      return true;
    }
    int32_t old = characters_in(part);
    for (size_t at = 0; at < rule->with.size(); --old) {
      const size_t bytes = utf8_length(rule->with[at]);
      put(out, rule->with.substr(at, bytes), old > 0 ? 0 : 1);
      at += bytes;
    }
    if (old > 0 && !out.changes.empty()) out.changes.back().change -= old;
    return true;
  }

  static int32_t characters_in(std::string_view text) {
    return static_cast<int32_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  }

  Charsmap map_;
};

}  // namespace

std::unique_ptr<Normalizer> make_precompiled_normalizer(const StageConfig& config) {
  return std::make_unique<Precompiled>(config);
}

}  // namespace hearth::text
