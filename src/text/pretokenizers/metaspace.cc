// Metaspace: spaces become a visible character, one more goes in front, and pieces begin at each.
#include "text/characters.h"
#include "text/metaspace_scheme.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Metaspace : public PreTokenizer {
 public:
  explicit Metaspace(const StageConfig& config)
      : replacement_(config.character("replacement")),
        scheme_(read_prepend_scheme(config)),
        split_(config.flag("split", true)) {}

  bool needs_origin() const override { return scheme_ == PrependScheme::first; }

  void apply(Pieces& pieces) const override {
    PiecesRewrite rewrite(pieces);
    for (const Piece& piece : pieces.list()) {
      if (piece.token != kText) {
        rewrite.keep(piece);
        continue;
      }
      replace_spaces(pieces.text(piece), piece.begin, starts_word(pieces, piece), rewrite);
    }
    rewrite.finish();
  }

 private:
  bool starts_word(const Pieces& pieces, const Piece& piece) const {
    const std::string_view text = pieces.text(piece);
    if (text.starts_with(' ') || text.starts_with(replacement_)) return false;
    if (scheme_ == PrependScheme::first) return pieces.is_at_input_start(piece);
    return scheme_ == PrependScheme::always;
  }

  void replace_spaces(std::string_view text, size_t begin, bool prepend,
                      PiecesRewrite& rewrite) const {
    if (prepend) rewrite.append(replacement_, begin);
    bool first = !prepend;
    for (size_t at = 0; at < text.size();) {
      const std::string_view character = text.substr(at, utf8_length(text[at]));
      const bool space = character == " " || character == replacement_;
      if (space && split_ && !first) rewrite.cut();
      rewrite.append(space ? std::string_view(replacement_) : character, begin + at);
      first = false;
      at += character.size();
    }
    rewrite.cut();
  }

  std::string replacement_;
  PrependScheme scheme_;
  bool split_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_metaspace_pre_tokenizer(const StageConfig& config) {
  return std::make_unique<Metaspace>(config);
}

}  // namespace hearth::text
