#include "text/models/longest_match.h"

#include "base/byte_alphabet.h"
#include "base/error.h"
#include "text/characters.h"
#include "text/models/token_sink.h"
#include "text/models/vocabulary_model.h"
#include "text/trie.h"

namespace hearth::text {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The bytes of an escaped token, in the byte alphabet.
std::string unescape(std::string_view token, size_t id, const std::string& source) {
  std::string out;
  for (size_t at = 0; at < token.size(); ++at) {
    char c = token[at];
    if (c == '\\' && at + 1 < token.size()) {
      c = token[++at];
      if (c == 't') c = '\t';
      if (c == 'n') c = '\n';
      if (c == 'r') c = '\r';
      if (c == 'x') {
        const int high = at + 1 < token.size() ? hex_digit(token[at + 1]) : -1;
        const int low = at + 2 < token.size() ? hex_digit(token[at + 2]) : -1;
        if (high < 0 || low < 0)
          bad_input("{}: token {} has \\x without two hexadecimal digits", source, id);
        c = static_cast<char>(high << 4 | low);
        at += 2;
      }
    }
    append_byte_character(out, c);
  }
  return out;
}

class LongestMatch : public VocabularyModel {
 public:
  LongestMatch(Vocabulary vocabulary, std::optional<int64_t> unk, const std::string& source)
      : VocabularyModel(std::move(vocabulary), std::nullopt, source), unk_(unk), source_(source) {
    std::vector<Trie::Key> keys;
    for (uint32_t id = 0; id < this->vocabulary().end_id(); ++id)
      if (const auto token = this->vocabulary().token(id); token && !token->empty())
        keys.push_back({*token, id});
    trie_ = Trie(keys);
  }

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override {
    TokenSink sink(ids, ranges);
    sink.each_text(pieces, [&](std::string_view text) {
      for (size_t at = 0; at < text.size();) {
        const Trie::Match match = trie_.longest_prefix(text.substr(at));
        if (match.bytes == 0 && !unk_)
          bad_input("{}: the text has a byte that no token spells", source_);
        const size_t end = at + (match.bytes == 0 ? utf8_length(text[at]) : match.bytes);
        sink.put(match.bytes == 0 ? *unk_ : match.value, at, end);
        at = end;
      }
    });
  }

 private:
  Trie trie_;
  std::optional<int64_t> unk_;
  std::string source_;
};

}  // namespace

std::unique_ptr<Model> make_longest_match(const std::vector<std::string>& tokens,
                                          std::optional<int64_t> unk, const std::string& source) {
  Vocabulary vocabulary;
  for (size_t id = 0; id < tokens.size(); ++id)
    vocabulary.add(unescape(tokens[id], id, source), static_cast<uint32_t>(id));
  return std::make_unique<LongestMatch>(std::move(vocabulary), unk, source);
}

}  // namespace hearth::text
