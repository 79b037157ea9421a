// ByteLevel: splits as GPT-2 does and writes each byte as a visible character.
#include "base/byte_alphabet.h"
#include "text/regex.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

// GPT-2's pattern: contractions, letters, numbers, other signs, white space.
constexpr std::string_view kPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

class ByteLevelPreTokenizer : public PreTokenizer {
 public:
  explicit ByteLevelPreTokenizer(const StageConfig& config)
      : add_prefix_space_(config.flag("add_prefix_space")) {
    if (config.flag("use_regex", true)) regex_.emplace(kPattern, "ByteLevel");
  }

  void apply(Pieces& pieces) const override {
    std::optional<RegexSearch> search;
    if (regex_) search.emplace(*regex_);
    PiecesRewrite rewrite(pieces);
    std::string with_space;
    for (const Piece& piece : pieces.list()) {
      if (piece.token != kText) {
        rewrite.keep(piece);
        continue;
      }
      std::string_view text = pieces.text(piece);
      const bool prefix = add_prefix_space_ && !text.starts_with(' ');
      if (prefix) text = with_space = " " + std::string(text);
      split(text, search, Place{piece.begin, prefix}, rewrite);
    }
    rewrite.finish();
  }

 private:
  // Where the text stands in the old buffer; with a space in front it is one byte longer.
  struct Place {
    size_t begin;
    bool prefix;
  };

  void split(std::string_view text, std::optional<RegexSearch>& search, Place place,
             PiecesRewrite& rewrite) const {
    size_t between = 0, begin = 0, end = 0;
    if (search) search->start(text);
    while (search && search->next(begin, end)) {
      if (between < begin) write(text, between, begin, place, rewrite);
      write(text, begin, end, place, rewrite);
      between = end;
    }
    if (between < text.size()) write(text, between, text.size(), place, rewrite);
  }

  void write(std::string_view text, size_t begin, size_t end, Place place,
             PiecesRewrite& rewrite) const {
    const auto& alphabet = byte_alphabet();
    for (size_t i = begin; i < end; ++i) {
      const ByteCharacter& c = alphabet[static_cast<uint8_t>(text[i])];
      const size_t shift = place.prefix && i > 0 ? 1 : 0;
      rewrite.append(std::string_view(c.utf8, c.length), place.begin + i - shift);
    }
    rewrite.cut();
  }

  bool add_prefix_space_;
  std::optional<Regex> regex_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_byte_level_pre_tokenizer(const StageConfig& config) {
  return std::make_unique<ByteLevelPreTokenizer>(config);
}

}  // namespace hearth::text
