// SentencePiece's unigram model. Sums are kept in float, as there, because they decide ties.
#include <cfloat>

#include "text/models/unigram_path.h"
#include "text/sentencepiece/models.h"

namespace hearth::text {
namespace {

// What an unknown character costs below the worst piece, in log probability.
constexpr float kUnkPenalty = 10.0f;

class SentencePieceUnigram : public SentencePieceModel {
 public:
  explicit SentencePieceUnigram(std::shared_ptr<const PieceTable> pieces)
      : SentencePieceModel(std::move(pieces)) {
    float lowest = FLT_MAX;
    highest_ = FLT_MIN;
    std::vector<Trie::Key> keys;
    for (uint32_t id = 0; id < table().size(); ++id) {
      const PieceType type = table().type(id);
      if (type == PieceType::normal) {
        lowest = std::min(lowest, table().score(id));
        highest_ = std::max(highest_, table().score(id));
      }
      if (type == PieceType::normal || type == PieceType::user_defined)
        keys.push_back({table().text(id), id});
    }
    trie_ = Trie(keys);
    unk_score_ = lowest - kUnkPenalty;
  }

 protected:
  void encode_text(std::string_view text, PieceWriter& writer) const override {
    UnigramPath<float> path;
    path.run(trie_, text, unk_score_, [this](uint32_t id, size_t bytes) {
      // A bonus that lets user-defined symbols win always.
      if (table().type(id) == PieceType::user_defined)
        return static_cast<double>(static_cast<float>(bytes) * highest_) - 0.1;
      return static_cast<double>(table().score(id));
    });
    for (const auto& piece : path.pieces())
      writer.add(text.substr(piece.begin, piece.end - piece.begin),
                 piece.value == Trie::kNone ? table().unk() : piece.value);
  }

 private:
  Trie trie_;
  float highest_, unk_score_;
};

}  // namespace

std::unique_ptr<Model> make_sentencepiece_unigram(std::shared_ptr<const PieceTable> table) {
  return std::make_unique<SentencePieceUnigram>(std::move(table));
}

}  // namespace hearth::text
