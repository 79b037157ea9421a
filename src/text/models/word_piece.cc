// WordPiece: a word is cut from the left into the longest tokens; those behind the first carry a
// prefix (Schuster and Nakajima, 2012; the models of BERT).
#include <algorithm>

#include "base/error.h"
#include "text/characters.h"
#include "text/models/model_section.h"
#include "text/models/token_sink.h"
#include "text/models/vocabulary_model.h"

namespace hearth::text {
namespace {

struct WordPieceOptions {
  std::string unk_token, prefix;
  uint64_t max_characters;  // of a word; a longer one is unknown
};

class WordPieceModel : public VocabularyModel {
 public:
  WordPieceModel(Vocabulary vocabulary, WordPieceOptions options, std::string source)
      : VocabularyModel(std::move(vocabulary), options.unk_token, std::move(source)),
        options_(std::move(options)) {
    for (uint32_t id = 0; id < this->vocabulary().end_id(); ++id)
      longest_ = std::max(longest_, this->vocabulary().token(id).value_or("").size());
  }

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override {
    std::string buffer;
    TokenSink sink(ids, ranges);
    sink.each_text(pieces, [&](std::string_view word) { encode_word(word, buffer, sink); });
  }

 private:
  void encode_word(std::string_view word, std::string& buffer, TokenSink& sink) const {
    const size_t before = sink.count();
    const bool is_long = count_characters(word) > options_.max_characters;
    for (size_t at = 0; at < word.size();) {
      const size_t bytes = is_long ? 0 : append_longest(word, at, buffer, sink);
      if (bytes == 0) {  // the whole word is unknown
        sink.take_back(before);
        sink.put(unk_or_throw(), 0, word.size());
        return;
      }
      at += bytes;
    }
  }

  // The longest token that word.substr(at) starts with: its bytes of the word, or 0.
  size_t append_longest(std::string_view word, size_t at, std::string& buffer,
                        TokenSink& sink) const {
    const std::string_view prefix = at == 0 ? std::string_view() : options_.prefix;
    const size_t room = longest_ - std::min(longest_, prefix.size());
    buffer.assign(prefix);
    buffer.append(word.substr(at, room));
    for (; buffer.size() > prefix.size(); buffer.pop_back()) {
      const size_t end = at + buffer.size() - prefix.size();
      if (end < word.size() && (static_cast<uint8_t>(word[end]) & 0xC0) == 0x80) continue;
      const uint32_t id = vocabulary().find(buffer);
      if (id == Vocabulary::kNone) continue;
      sink.put(id, at, end);
      return end - at;
    }
    return 0;
  }

  static uint64_t count_characters(std::string_view text) {
    return static_cast<uint64_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
  }

  WordPieceOptions options_;
  size_t longest_ = 0;  // bytes of a token
};

}  // namespace

std::unique_ptr<Model> make_word_piece_model(ModelSection section) {
  if (!section.scored.empty())
    bad_input("{}: model.vocab of a WordPiece model should be an object", section.source);
  const StageConfig& json = section.options;
  WordPieceOptions options{
      json.text("unk_token"), json.text("continuing_subword_prefix"),
      static_cast<uint64_t>(json.integer("max_input_chars_per_word", 0, INT64_MAX))};
  return std::make_unique<WordPieceModel>(std::move(section.vocabulary), std::move(options),
                                          std::move(section.source));
}

}  // namespace hearth::text
