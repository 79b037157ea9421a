// Whitespace: runs of word characters, and runs of what is neither that nor white space.
// WhitespaceSplit: what stands between white space.
#include "text/pretokenizers/character_split.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

enum class Kind { space, word, other };

Kind kind_of(uint32_t c) {
  if (is_white_space(c)) return Kind::space;
  return is_word(c) ? Kind::word : Kind::other;
}

class Whitespace : public PreTokenizer {
 public:
  void apply(Pieces& pieces) const override {
    pieces.split([](std::string_view text, auto&& emit) {
      size_t begin = 0;
      Kind run = Kind::space;
      for (size_t at = 0; at < text.size();) {
        const size_t here = at;
        const Kind kind = kind_of(next_character(text, at));
        if (kind == run) continue;
        if (run != Kind::space) emit(begin, here);
        begin = here;
        run = kind;
      }
      if (run != Kind::space) emit(begin, text.size());
    });
  }
};

class WhitespaceSplit : public PreTokenizer {
 public:
  void apply(Pieces& pieces) const override {
    split_at_characters(pieces, SplitBehavior::removed, is_white_space);
  }
};

}  // namespace

std::unique_ptr<PreTokenizer> make_whitespace_pre_tokenizer(const StageConfig&) {
  return std::make_unique<Whitespace>();
}

std::unique_ptr<PreTokenizer> make_whitespace_split_pre_tokenizer(const StageConfig&) {
  return std::make_unique<WhitespaceSplit>();
}

}  // namespace hearth::text
