// FixedLength: pieces of a given number of characters.
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class FixedLength : public PreTokenizer {
 public:
  explicit FixedLength(int64_t length) : length_(length) {}

  void apply(Pieces& pieces) const override {
    pieces.split([this](std::string_view text, auto&& emit) {
      size_t begin = 0;
      int64_t characters = 0;
      for (size_t at = 0; at < text.size();) {
        at += utf8_length(text[at]);
        if (++characters < length_) continue;
        emit(begin, at);
        begin = at;
        characters = 0;
      }
      emit(begin, text.size());
    });
  }

 private:
  int64_t length_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_fixed_length_pre_tokenizer(const StageConfig& config) {
  return std::make_unique<FixedLength>(config.integer("length", 1, INT32_MAX, 5));
}

}  // namespace hearth::text
