// Strip: white space at the ends goes.
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Strip : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}

  void apply(NormalizedText& text) const override {
    const std::string_view all = text.text();
    size_t begin = 0, end = 0;  // the end of the last character that is not white space
    bool inside = !left_;
    for (size_t at = 0; at < all.size();) {
      const size_t here = at;
      const bool white = is_white_space(next_character(all, at));
      if (!white && !inside) begin = here;
      inside = inside || !white;
      if (!white) end = at;
    }
    if (!inside) begin = all.size();
    if (!right_) end = all.size();
    if (begin == 0 && end == all.size()) return;
    Rewrite rewrite(text);
    rewrite.drop(begin);
    if (end > begin) rewrite.keep(end - begin);
    rewrite.drop(rewrite.rest().size());
    rewrite.finish();
  }

 private:
  bool left_, right_;
};

}  // namespace

std::unique_ptr<Normalizer> make_strip_normalizer(const StageConfig& config) {
  return std::make_unique<Strip>(config.flag("strip_left"), config.flag("strip_right"));
}

}  // namespace hearth::text
