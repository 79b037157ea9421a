// UnicodeScripts: splits where the script changes. Kana counts as Han; a space, as all characters
// without a script, belongs to what is before it. At the very start of a piece such characters
// vanish, as in the Rust package.
#include "text/unicode_scripts.h"
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class UnicodeScripts : public PreTokenizer {
 public:
  void apply(Pieces& pieces) const override {
    pieces.split([](std::string_view text, auto&& emit) {
      size_t begin = 0;
      int script = -1;  // none yet
      for (size_t at = 0; at < text.size();) {
        const size_t here = at;
        const int next = script_of(next_character(text, at));
        if (next < 0 || next == script) continue;
        if (script >= 0) emit(begin, here);
        begin = here;
        script = next;
      }
      if (script >= 0) emit(begin, text.size());
    });
  }
};

}  // namespace

std::unique_ptr<PreTokenizer> make_unicode_scripts_pre_tokenizer(const StageConfig&) {
  return std::make_unique<UnicodeScripts>();
}

}  // namespace hearth::text
