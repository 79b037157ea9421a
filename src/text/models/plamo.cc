#include "text/models/plamo.h"

#include <array>
#include <cmath>

#include "base/error.h"
#include "text/byte_token.h"
#include "text/characters.h"
#include "text/models/token_sink.h"
#include "text/models/vocabulary_model.h"
#include "text/trie.h"

namespace hearth::text {
namespace {

constexpr double kScale = 1e4;
constexpr int64_t kUnknownScore = -10'000'000;  // of a character in bytes
constexpr int64_t kLowestScore = -20'000'000;   // a token at or below is never used
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class PlamoModel : public VocabularyModel {
 public:
  PlamoModel(Vocabulary vocabulary, const std::vector<PlamoToken>& tokens,
             const std::string& source)
      : VocabularyModel(std::move(vocabulary), std::nullopt, source), scores_(tokens.size()) {
    bytes_.fill(Vocabulary::kNone);
    std::vector<Trie::Key> keys;
    for (uint32_t id = 0; id < tokens.size(); ++id) {
      const PlamoToken& token = tokens[id];
      const auto byte = token.is_byte ? parse_byte_token(token.text) : std::nullopt;
      if (byte) bytes_[*byte] = id;
      if (token.is_byte || token.text.empty()) continue;
      const double score = std::round(token.score * kScale);
      if (!(score > static_cast<double>(kLowestScore)) ||
          score > static_cast<double>(-kLowestScore))
        continue;
      scores_[id] = static_cast<int64_t>(score);
      keys.push_back({token.text, id});
    }
    trie_ = Trie(keys);
    for (size_t byte = 0; byte < bytes_.size(); ++byte)
      if (bytes_[byte] == Vocabulary::kNone)
        bad_input("{}: the byte {} has no token", source, byte_token(static_cast<uint8_t>(byte)));
  }

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override {
    std::vector<Step> steps;
    TokenSink sink(ids, ranges);
    sink.each_text(pieces, [&](std::string_view text) {
      const size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
      encode_text(text.substr(skipped), skipped, steps, sink);
    });
  }

 private:
  struct Step {
    int64_t cost = INT64_MAX;  // of the text from here on
    uint32_t bytes = 0;        // of the first token
    uint32_t id = Vocabulary::kNone;
  };

  // `text` stands at byte `begin` of its piece.
  void encode_text(std::string_view text, size_t begin, std::vector<Step>& steps,
                   TokenSink& sink) const {
    steps.assign(text.size() + 1, Step());
    steps[text.size()].cost = 0;
    for (size_t at = text.size(); at-- > 0;)
      if ((static_cast<uint8_t>(text[at]) & 0xC0) != 0x80) steps[at] = best_step(text, at, steps);
    for (size_t at = 0; at < text.size(); at += steps[at].bytes) {
      if (steps[at].id != Vocabulary::kNone) {
        sink.put(steps[at].id, begin + at, begin + at + steps[at].bytes);
        continue;
      }
      for (const char c : text.substr(at, steps[at].bytes))
        sink.put(bytes_[static_cast<uint8_t>(c)], begin + at, begin + at + steps[at].bytes);
    }
  }

  Step best_step(std::string_view text, size_t at, const std::vector<Step>& steps) const {
    Step best;
    uint32_t node = Trie::kRoot;
    for (size_t end = at; end < text.size();) {  // ends ascend: a later equal one is longer
      node = trie_.step(node, text[end]);
      if (node == Trie::kNone) break;
      ++end;
      const uint32_t id = trie_.value(node);
      if (id == Trie::kNone) continue;
      const int64_t cost = steps[end].cost - scores_[id];
      if (cost <= best.cost) best = {cost, static_cast<uint32_t>(end - at), id};
    }
    const uint32_t character = utf8_length(text[at]);
    const int64_t spelled = steps[at + character].cost - kUnknownScore;
    return spelled < best.cost ? Step{spelled, character, Vocabulary::kNone} : best;
  }

  Trie trie_;
  std::vector<int64_t> scores_;  // in 1/10000
  std::array<uint32_t, 256> bytes_;
};

}  // namespace

std::unique_ptr<Model> make_plamo(const std::vector<PlamoToken>& tokens,
                                  const std::string& source) {
  Vocabulary vocabulary;
  for (uint32_t id = 0; id < tokens.size(); ++id) vocabulary.add(tokens[id].text, id);
  return std::make_unique<PlamoModel>(std::move(vocabulary), tokens, source);
}

}  // namespace hearth::text
