// SentencePiece's normalizer: the character map, white space tidied up and written as U+2581.
// User-defined symbols pass through untouched.
#include "text/characters.h"
#include "text/charsmap.h"
#include "text/growth_limit.h"
#include "text/sentencepiece/models.h"
#include "text/word_marker.h"

namespace hearth::text {
namespace {

class SentencePieceNormalizer : public Normalizer {
 public:
  SentencePieceNormalizer(const SentencePieceFile& file, std::shared_ptr<const PieceTable> table,
                          const std::string& source)
      : table_(std::move(table)),
        add_dummy_prefix_(file.add_dummy_prefix),
        tidies_(file.remove_extra_whitespaces),
        suffix_(file.treat_whitespace_as_suffix),
        space_(file.escape_whitespaces ? kWordMarker : " ") {
    if (!file.charsmap.empty()) map_.emplace(file.charsmap, source);
  }

  void apply(NormalizedText& text) const override {
    Rewrite rewrite(text);
    rewrite.replace(text.text().size(), normalized(text.text()));
    rewrite.finish();
  }

 private:
  struct Step {
    size_t bytes;
    std::string_view with;
  };

  // What the text starts with and what becomes of it.
  Step first_step(std::string_view text) const {
    if (const size_t bytes = table_->user_defined_prefix(text))
      return {bytes, text.substr(0, bytes)};
    if (map_)
      if (const auto rule = map_->longest(text)) return {rule->bytes, rule->with};
    const size_t bytes = utf8_length(text[0]);
    return {bytes, text.substr(0, bytes)};
  }

  std::string normalized(std::string_view text) const {
    while (tidies_ && !text.empty()) {
      const Step step = first_step(text);
      if (step.with != " ") break;
      text.remove_prefix(step.bytes);
    }
    std::string out;
    if (text.empty()) return out;
    out.reserve(text.size() + text.size() / 2);
    if (add_dummy_prefix_ && !suffix_) out += space_;
    bool after_space = tidies_;
    const size_t limit = growth_limit(text.size());
    while (!text.empty()) {
      check_growth(out.size(), limit);
      Step step = first_step(text);
      while (after_space && step.with.starts_with(' ')) step.with.remove_prefix(1);
      for (const char c : step.with) {
        if (c == ' ') {
          out += space_;
        } else {
          out += c;
        }
      }
      if (!step.with.empty()) after_space = tidies_ && step.with.ends_with(' ');
      text.remove_prefix(step.bytes);
    }
    while (tidies_ && out.ends_with(space_)) out.resize(out.size() - space_.size());
    if (add_dummy_prefix_ && suffix_) out += space_;
    return out;
  }

  std::shared_ptr<const PieceTable> table_;
  bool add_dummy_prefix_, tidies_, suffix_;
  std::string_view space_;
  std::optional<Charsmap> map_;
};

}  // namespace

std::unique_ptr<Normalizer> make_sentencepiece_normalizer(const SentencePieceFile& file,
                                                          std::shared_ptr<const PieceTable> table,
                                                          const std::string& source) {
  return std::make_unique<SentencePieceNormalizer>(file, std::move(table), source);
}

}  // namespace hearth::text
