// The Unigram model of tokenizer.json.
#include <algorithm>
#include <limits>
#include <numeric>

#include "base/background.h"
#include "base/error.h"
#include "text/byte_token.h"
#include "text/models/model_section.h"
#include "text/models/unigram_path.h"

namespace hearth::text {
namespace {

// What an unknown character costs below the worst piece, in log probability.
constexpr double kUnkPenalty = 10.0;

// Pieces from which on the two ways to find them are built on two threads.
constexpr uint32_t kPiecesWorthAThread = 1 << 14;

class UnigramModel : public Model {
 public:
  UnigramModel(const StringList& pieces, std::vector<double> scores, std::optional<uint32_t> unk,
               bool byte_fallback, std::string source)
      : scores_(std::move(scores)),
        unk_(unk),
        byte_fallback_(byte_fallback),
        source_(std::move(source)) {
    const auto count = static_cast<uint32_t>(pieces.size());
    Background background(count > kPiecesWorthAThread ? 1 : 0);
    background.put([&] { add_to_vocabulary(pieces); });
    std::vector<Trie::Key> keys;  // from the last on, because of equal texts the last one counts
    keys.reserve(count);
    for (uint32_t id = count; id-- > 0;) keys.push_back({pieces.text(id), id});
    trie_ = Trie(keys);
    background.finish();
    // A text that appears twice keeps its first name for decoding.
    for (uint32_t id = 0; id < count; ++id)
      if (!vocabulary_.token(id)) repeated_.emplace_back(id, pieces.text(id));
    double lowest = std::numeric_limits<double>::infinity();
    for (const double score : scores_) lowest = std::min(lowest, score);
    unk_score_ = lowest - kUnkPenalty;
  }

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override {
    UnigramPath<double> path;
    for (const Piece& piece : pieces.list()) {
      Output out{ids, ranges, static_cast<uint32_t>(&piece - pieces.list().data())};
      if (piece.token != kText) {
        out.add(piece.token, 0, 0);
      } else {
        encode_word(pieces.text(piece), path, out);
      }
    }
  }

  size_t token_count() const override { return scores_.size(); }
  size_t end_id() const override { return scores_.size(); }
  std::optional<int64_t> token_to_id(std::string_view token) const override {
    const uint32_t id = vocabulary_.find(token);
    return id == Vocabulary::kNone ? std::nullopt : std::optional<int64_t>(id);
  }
  std::optional<std::string_view> id_to_token(int64_t id) const override {
    if (id < 0 || id >= static_cast<int64_t>(scores_.size())) return std::nullopt;
    const auto token = vocabulary_.token(static_cast<uint32_t>(id));
    if (token) return token;
    const auto by_id = [](const auto& entry, int64_t value) { return entry.first < value; };
    const auto repeated = std::lower_bound(repeated_.begin(), repeated_.end(), id, by_id);
    if (repeated == repeated_.end() || repeated->first != id) return std::nullopt;
    return repeated->second;
  }
  std::optional<int64_t> unk_id() const override {
    return unk_ ? std::optional<int64_t>(*unk_) : std::nullopt;
  }
  bool names_unknown_by_text() const override { return true; }

 private:
  void add_to_vocabulary(const StringList& pieces) {
    std::vector<uint32_t> ids(pieces.size());
    std::iota(ids.begin(), ids.end(), 0u);
    vocabulary_.reserve(pieces.size());
    vocabulary_.add_all(pieces.all(), ids);
  }

  struct Output {
    std::vector<int64_t>& ids;
    std::vector<TokenRange>* ranges;
    uint32_t piece;

    void add(int64_t id, size_t begin, size_t end) {
      ids.push_back(id);
      if (ranges != nullptr)
        ranges->push_back({piece, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    }
  };

  void encode_word(std::string_view word, UnigramPath<double>& path, Output& out) const {
    path.run(trie_, word, unk_score_, [&](uint32_t id, size_t) { return scores_[id]; });
    const auto& found = path.pieces();
    const auto is_unk = [&](size_t i) {
      return found[i].value == Trie::kNone || (unk_ && found[i].value == *unk_);
    };
    for (size_t i = 0; i < found.size(); ++i) {
      if (!is_unk(i)) {
        out.add(found[i].value, found[i].begin, found[i].end);
        continue;
      }
      const size_t begin = found[i].begin;  // neighbouring unknown characters are one unknown text
      while (i + 1 < found.size() && is_unk(i + 1)) ++i;
      append_unknown(word, begin, found[i].end, out);
    }
  }

  void append_unknown(std::string_view word, size_t begin, size_t end, Output& out) const {
    const std::string_view text = word.substr(begin, end - begin);
    if (!unk_)
      bad_input(
          "{}: the text has \"{}\", which the vocabulary cannot spell, and model.unk_id is "
          "missing",
          source_, text.substr(0, utf8_length(text[0])));
    const uint32_t known = vocabulary_.find(text);
    if (known != Vocabulary::kNone) return out.add(known, begin, end);
    std::vector<uint32_t> bytes;
    for (const char c : text) {
      const uint32_t id = byte_fallback_ ? vocabulary_.find(byte_token(static_cast<uint8_t>(c)))
                                         : Vocabulary::kNone;
      if (id == Vocabulary::kNone) return out.add(*unk_, begin, end);
      bytes.push_back(id);
    }
    for (const uint32_t id : bytes) out.add(id, begin, end);
  }

  Vocabulary vocabulary_;
  Trie trie_;
  std::vector<double> scores_;
  std::vector<std::pair<int64_t, std::string>> repeated_;  // by ascending id
  std::optional<uint32_t> unk_;
  bool byte_fallback_;
  std::string source_;
  double unk_score_;
};

}  // namespace

std::unique_ptr<Model> make_unigram_model(ModelSection section) {
  const StageConfig& options = section.options;
  if (section.vocabulary.size() > 0)
    bad_input("{}: model.vocab of a Unigram model should be a list of [token, score]",
              section.source);
  std::optional<uint32_t> unk;
  const auto count = static_cast<int64_t>(section.scored.size());
  if (options.has("unk_id")) unk = static_cast<uint32_t>(options.integer("unk_id", 0, count - 1));
  return std::make_unique<UnigramModel>(section.scored, std::move(section.scores), unk,
                                        options.flag("byte_fallback", false), section.source);
}

}  // namespace hearth::text
