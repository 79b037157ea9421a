// Replace: every match of a string or a regular expression becomes a fixed text.
#include "text/pattern.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Replace : public Normalizer {
 public:
  explicit Replace(const StageConfig& config)
      : pattern_(config), content_(config.text("content")) {}

  void apply(NormalizedText& text) const override {
    if (text.text().empty()) return;
    PatternSearch search(pattern_);
    search.start(text.text());
    Rewrite rewrite(text);
    size_t at = 0, begin = 0, end = 0;
    while (search.next(begin, end)) {
      rewrite.keep(begin - at);
      rewrite.drop(end - begin);
      rewrite.insert(content_);
      at = end;
    }
    rewrite.finish();
  }

 private:
  Pattern pattern_;
  std::string content_;
};

}  // namespace

std::unique_ptr<Normalizer> make_replace_normalizer(const StageConfig& config) {
  return std::make_unique<Replace>(config);
}

}  // namespace hearth::text
