// Split: at the matches of a string or a regular expression, or, inverted, at what lies between.
#include "text/pattern.h"
#include "text/split_behavior.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Split : public PreTokenizer {
 public:
  explicit Split(const StageConfig& config)
      : pattern_(config),
        behavior_(read_split_behavior(config, "behavior")),
        invert_(config.flag("invert")) {}

  void apply(Pieces& pieces) const override {
    PatternSearch search(pattern_);
    pieces.split([&](std::string_view text, auto&& emit) {
      Splitter splitter(behavior_, emit);
      search.start(text);
      size_t between = 0, begin = 0, end = 0;
      while (search.next(begin, end)) {
        if (between < begin) splitter.add(between, begin, invert_);
        splitter.add(begin, end, !invert_);
        between = end;
      }
      if (between < text.size()) splitter.add(between, text.size(), invert_);
      splitter.close();
    });
  }

 private:
  Pattern pattern_;
  SplitBehavior behavior_;
  bool invert_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_split_pre_tokenizer(const StageConfig& config) {
  return std::make_unique<Split>(config);
}

}  // namespace hearth::text
