// BertNormalizer: clean text, spaces around Chinese characters, no accents, lowercase.
#include "text/characters.h"
#include "text/normalizers/normal_forms.h"
#include "text/stages.h"

namespace hearth::text {

std::unique_ptr<Normalizer> make_lowercase_normalizer(const StageConfig& config);

namespace {

// Calls change(rewrite, character, bytes) for every character.
template <typename Change>
void for_each_character(NormalizedText& text, Change&& change) {
  Rewrite rewrite(text);
  for (std::string_view rest = rewrite.rest(); !rest.empty(); rest = rewrite.rest()) {
    size_t bytes = 0;
    const uint32_t c = next_character(rest, bytes);
    change(rewrite, c, bytes);
  }
  rewrite.finish();
}

void clean(Rewrite& rewrite, uint32_t c, size_t bytes) {
  if (c == 0xFFFD || is_control(c)) {
    rewrite.drop(bytes);
  } else if (is_white_space(c)) {
    rewrite.replace(bytes, " ");
  } else {
    rewrite.keep(bytes);
  }
}

void space_chinese(Rewrite& rewrite, uint32_t c, size_t bytes) {
  if (is_chinese(c)) {
    rewrite.replace(bytes, " " + std::string(rewrite.rest().substr(0, bytes)) + " ");
  } else {
    rewrite.keep(bytes);
  }
}

void strip_mark(Rewrite& rewrite, uint32_t c, size_t bytes) {
  if (is_nonspacing_mark(c)) {
    rewrite.drop(bytes);
  } else {
    rewrite.keep(bytes);
  }
}

class BertNormalizer : public Normalizer {
 public:
  explicit BertNormalizer(const StageConfig& config)
      : clean_text_(config.flag("clean_text")),
        handle_chinese_chars_(config.flag("handle_chinese_chars")),
        lowercase_(config.flag("lowercase")),
        strip_accents_(config.flag("strip_accents", lowercase_)),
        to_lower_(make_lowercase_normalizer(config)) {}

  void apply(NormalizedText& text) const override {
    if (clean_text_) for_each_character(text, clean);
    if (handle_chinese_chars_) for_each_character(text, space_chinese);
    if (strip_accents_) {
      to_normal_form(text, NormalForm::nfd);
      for_each_character(text, strip_mark);
    }
    if (lowercase_) to_lower_->apply(text);
  }

 private:
  bool clean_text_, handle_chinese_chars_, lowercase_, strip_accents_;
  std::unique_ptr<Normalizer> to_lower_;
};

}  // namespace

std::unique_ptr<Normalizer> make_bert_normalizer(const StageConfig& config) {
  return std::make_unique<BertNormalizer>(config);
}

}  // namespace hearth::text
