// The rules are llama.cpp's, src/llama-vocab.cpp (pull requests 23410 and 23466).
#include "text/models/hybrid_dna.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "text/models/token_sink.h"

namespace hearth::text {
namespace {

constexpr std::string_view kOpen = "<dna>", kClose = "</dna>", kUnknown = "<oov>";
constexpr std::string_view kMarker = "\xEE\x80\x80";  // U+E000
constexpr size_t kMerBytes = 6;

class HybridDna : public Model {
 public:
  HybridDna(std::unique_ptr<PreTokenizer> words, std::unique_ptr<Model> bpe)
      : words_(std::move(words)),
        bpe_(std::move(bpe)),
        open_(bpe_->token_to_id(kOpen)),
        close_(bpe_->token_to_id(kClose)),
        unknown_(bpe_->token_to_id(kUnknown)) {}

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override {
    const bool has_dna = open_ && close_ && unknown_;
    TokenSink sink(ids, ranges);
    Scratch scratch;
    sink.each_text(pieces, [&](std::string_view text) {
      for (size_t at = 0; at < text.size();) {
        const size_t open = std::min(has_dna ? text.find(kOpen, at) : text.npos, text.size());
        encode_words(text.substr(at, open - at), at, scratch, sink);
        at = open == text.size() ? open : encode_dna(text, open, sink);
      }
    });
  }

  size_t token_count() const override { return bpe_->token_count(); }
  size_t end_id() const override { return bpe_->end_id(); }
  std::optional<int64_t> token_to_id(std::string_view token) const override {
    return bpe_->token_to_id(token);
  }
  std::optional<std::string_view> id_to_token(int64_t id) const override {
    auto token = bpe_->id_to_token(id);
    if (token && token->ends_with(kMarker)) token->remove_suffix(kMarker.size());
    return token;
  }
  std::optional<int64_t> unk_id() const override { return bpe_->unk_id(); }

 private:
  struct Scratch {
    Pieces pieces;
    std::vector<uint32_t> origin;
    std::vector<int64_t> ids;
    std::vector<TokenRange> ranges;
  };

  // `text` stands at byte `begin` of its piece.
  void encode_words(std::string_view text, size_t begin, Scratch& scratch, TokenSink& sink) const {
    scratch.origin.resize(text.size());
    std::iota(scratch.origin.begin(), scratch.origin.end(), static_cast<uint32_t>(begin));
    scratch.ids.clear();
    scratch.ranges.clear();
    scratch.pieces.reset(text.size());
    scratch.pieces.add_text(text, scratch.origin.data());
    if (words_ != nullptr) words_->apply(scratch.pieces);
    bpe_->encode(scratch.pieces, scratch.ids, &scratch.ranges);
    // The merges of GGUF files have no affixes: a range is not empty and lies in its piece.
    for (size_t i = 0; i < scratch.ids.size(); ++i) {
      const TokenRange& range = scratch.ranges[i];
      const size_t first = scratch.pieces.list()[range.piece].begin + range.begin;
      const size_t last = scratch.pieces.list()[range.piece].begin + range.end - 1;
      sink.put(scratch.ids[i], scratch.pieces.origin(first), scratch.pieces.origin(last) + 1);
    }
  }

  // The stretch whose <dna> stands at `open`; returns where the text goes on.
  size_t encode_dna(std::string_view text, size_t open, TokenSink& sink) const {
    const size_t begin = open + kOpen.size();
    sink.put(*open_, open, begin);
    const size_t close = text.find(kClose, begin);
    const size_t end = std::min(close, text.size());
    for (size_t at = begin; at < end; at += kMerBytes) {
      const size_t next = std::min(at + kMerBytes, end);
      sink.put(mer(text.substr(at, next - at)), at, next);
    }
    if (close == text.npos) return end;
    sink.put(*close_, close, close + kClose.size());
    return close + kClose.size();
  }

  // Of at most kMerBytes letters; what is missing counts as A.
  int64_t mer(std::string_view letters) const {
    std::string name(letters);
    for (char& c : name)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    name.resize(kMerBytes, 'A');
    name += kMarker;
    return bpe_->token_to_id(name).value_or(*unknown_);
  }

  std::unique_ptr<PreTokenizer> words_;  // may be null
  std::unique_ptr<Model> bpe_;
  std::optional<int64_t> open_, close_, unknown_;
};

}  // namespace

std::unique_ptr<Model> make_hybrid_dna(std::unique_ptr<PreTokenizer> words,
                                       std::unique_ptr<Model> bpe) {
  return std::make_unique<HybridDna>(std::move(words), std::move(bpe));
}

}  // namespace hearth::text
