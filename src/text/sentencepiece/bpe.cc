// SentencePiece's BPE: the two neighbours whose union is the piece of the highest score merge
// first. The unions are looked up once, as merges of ids, so that encoding is that of any BPE.
#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "text/characters.h"
#include "text/models/bpe_merges.h"
#include "text/sentencepiece/models.h"
#include "text/word_marker.h"

namespace hearth::text {
namespace {

class SentencePieceBpe : public SentencePieceModel {
 public:
  SentencePieceBpe(std::shared_ptr<const PieceTable> pieces, const std::string& source)
      : SentencePieceModel(std::move(pieces)),
        whole_(std::make_unique<std::atomic<uint8_t>[]>(table().size())) {
    std::vector<BpeMerge> merges;
    const std::vector<uint32_t> ranks = ranks_by_score(source);
    for (uint32_t id = 0; id < table().size(); ++id)
      if (ranks[id] != MergeTable::kNoRank) add_merges(id, ranks[id], merges);
    merges_.emplace(merges);
  }

 protected:
  void encode_text(std::string_view text, PieceWriter& writer) const override {
    Work work;
    while (!text.empty()) {
      const size_t plain = find_user_defined(text);
      encode_plain(text.substr(0, plain), work, writer);
      text.remove_prefix(plain);
      const size_t symbol = text.empty() ? 0 : table().user_defined_prefix(text);
      if (symbol > 0)
        writer.add(text.substr(0, symbol), table().find_normal(text.substr(0, symbol)));
      text.remove_prefix(symbol);
    }
  }

 private:
  struct Work {
    std::vector<uint32_t> symbols;
    Merger merger;
  };
  // A character that no piece has anything to do with.
  static constexpr uint32_t kForeign = Vocabulary::kNone - 1;

  // Equal scores have equal ranks: then the leftmost pair merges first.
  std::vector<uint32_t> ranks_by_score(const std::string& source) {
    std::vector<uint32_t> order;
    for (uint32_t id = 0; id < table().size(); ++id) {
      const PieceType type = table().type(id);
      if (type == PieceType::unused)
        bad_input("{}: piece {} is unused, which a BPE model cannot have here", source, id);
      if (type != PieceType::normal) continue;  // user-defined symbols are cut out before
      if (table().text(id).size() > kMaxPieceBytes)
        bad_input("{}: piece {} has {} bytes, more than the {} that are possible", source, id,
                  table().text(id).size(), kMaxPieceBytes);
      order.push_back(id);
    }
    std::sort(order.begin(), order.end(),
              [this](uint32_t a, uint32_t b) { return table().score(a) > table().score(b); });
    std::vector<uint32_t> ranks(table().size(), MergeTable::kNoRank);
    for (size_t i = 0; i < order.size(); ++i) {
      const bool tie = i > 0 && table().score(order[i]) == table().score(order[i - 1]);
      ranks[order[i]] = tie ? ranks[order[i - 1]] : static_cast<uint32_t>(i);
    }
    return ranks;
  }

  // Every way to cut a piece into two pieces; single characters count when they are no pieces too.
  void add_merges(uint32_t id, uint32_t rank, std::vector<BpeMerge>& merges) {
    const std::string_view text = table().text(id);
    if (find_word_start(text) < text.size()) splits_at_marker_ = false;
    for (size_t at = utf8_length(text[0]); at < text.size(); at += utf8_length(text[at])) {
      const uint32_t left = symbol(text.substr(0, at));
      const uint32_t right = symbol(text.substr(at));
      if (left != kForeign && right != kForeign) merges.push_back({left, right, rank, id});
    }
  }

  uint32_t symbol(std::string_view text) {
    const uint32_t piece = table().find_normal(text);
    if (piece != Vocabulary::kNone) return piece;
    if (text.size() > utf8_length(text[0])) return kForeign;
    if (characters_.find(text) == Vocabulary::kNone)
      characters_.add(text, static_cast<uint32_t>(characters_.size()));
    return static_cast<uint32_t>(table().size()) + characters_.find(text);
  }

  size_t find_user_defined(std::string_view text) const {
    if (!table().has_user_defined()) return text.size();
    size_t at = 0;
    while (at < text.size() && table().user_defined_prefix(text.substr(at)) == 0)
      at += utf8_length(text[at]);
    return at;
  }

  void encode_plain(std::string_view text, Work& work, PieceWriter& writer) const {
    while (!text.empty()) {
      const size_t end = splits_at_marker_ ? find_word_start(text) : text.size();
      encode_word(text.substr(0, end), work, writer);
      text.remove_prefix(end);
    }
  }

  void encode_word(std::string_view word, Work& work, PieceWriter& writer) const {
    const uint32_t whole = table().find_normal(word);
    if (whole != Vocabulary::kNone && whole_[whole].load(std::memory_order_relaxed) == kYes)
      return writer.add(word, whole);
    work.symbols.clear();
    for (size_t at = 0; at < word.size();) {
      const std::string_view character = word.substr(at, utf8_length(word[at]));
      at += character.size();
      work.symbols.push_back(character_symbol(character));
    }
    work.merger.run(*merges_, work.symbols);
    if (whole != Vocabulary::kNone) {
      const bool is_whole = work.symbols.size() == 1 && work.symbols[0] == whole;
      whole_[whole].store(is_whole ? kYes : kNo, std::memory_order_relaxed);
    }
    size_t at = 0;
    for (const uint32_t symbol : work.symbols) {
      const bool is_piece = symbol < table().size();
      const size_t bytes = is_piece ? table().text(symbol).size() : utf8_length(word[at]);
      const std::string_view text = word.substr(at, bytes);
      writer.add(text, is_piece ? symbol : table().piece_to_id(text));
      at += bytes;
    }
  }

  uint32_t character_symbol(std::string_view character) const {
    const uint32_t piece = table().find_normal(character);
    if (piece != Vocabulary::kNone) return piece;
    const uint32_t part = characters_.find(character);
    return part == Vocabulary::kNone ? kForeign : static_cast<uint32_t>(table().size()) + part;
  }

  // The cuts of a piece cost the square of its length. Trainers stop at 16 characters unless told
  // otherwise.
  static constexpr size_t kMaxPieceBytes = 256;

  std::optional<MergeTable> merges_;
  Vocabulary characters_;  // of pieces, without being pieces; ids from table().size() on
  bool splits_at_marker_ = true;
  enum Whole : uint8_t { kUnknown, kYes, kNo };  // as in BpeModel
  std::unique_ptr<std::atomic<uint8_t>[]> whole_;
};

}  // namespace

std::unique_ptr<Model> make_sentencepiece_bpe(std::shared_ptr<const PieceTable> table,
                                              const std::string& source) {
  return std::make_unique<SentencePieceBpe>(std::move(table), source);
}

}  // namespace hearth::text
