// Prepend: a string in front of every text that is not empty.
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class Prepend : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}
  void apply(NormalizedText& text) const override {
    if (text.text().empty()) return;
    Rewrite rewrite(text);
    const std::string_view first = rewrite.rest().substr(0, utf8_length(text.text()[0]));
    rewrite.replace(first.size(), prefix_ + std::string(first));
    rewrite.finish();
  }

 private:
  std::string prefix_;
};

}  // namespace

std::unique_ptr<Normalizer> make_prepend_normalizer(const StageConfig& config) {
  return std::make_unique<Prepend>(config.text("prepend"));
}

}  // namespace hearth::text
