#include "text/models/ranked_bpe.h"

#include <algorithm>

#include "base/byte_alphabet.h"
#include "base/error.h"
#include "text/characters.h"
#include "text/models/token_sink.h"
#include "text/models/vocabulary_model.h"

namespace hearth::text {
namespace {

constexpr uint32_t kNoPart = UINT32_MAX;
constexpr uint32_t kMergedAway = 0;  // in place of the rank, which the queue does not use

// One word at work. A part is a stretch of the word that is a token; what it merges to with the
// part behind it is looked up by text, so that no table of merges is needed (o200k would have
// about a million).
class RankedMerger {
 public:
  explicit RankedMerger(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  void run(std::string_view word, TokenSink& sink) {
    word_ = word;
    parts_.clear();
    for (uint32_t at = 0; at < word.size(); at += utf8_length(word[at]))
      parts_.push_back({at, Vocabulary::kNone});
    if (parts_.size() <= kMaxSearched) {
      search(sink);
    } else {
      queue(sink);
    }
  }

 private:
  // Up to here the search, which is quadratic but has no overhead, is the faster one.
  static constexpr size_t kMaxSearched = 48;

  struct Part {
    uint32_t begin;  // in the word
    uint32_t rank;   // of the union with the part behind it
  };
  struct Candidate {
    uint32_t rank, part, end;  // `end` tells an entry that is out of date
  };
  static bool later(const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.part > b.part;
  }

  uint32_t find(size_t begin, size_t end) const {
    return vocabulary_.find(word_.substr(begin, end - begin));
  }
  void put(size_t begin, size_t end, TokenSink& sink) const {
    sink.put(find(begin, end), begin, end);
  }
  size_t end_of(size_t part) const {
    return part + 1 < parts_.size() ? parts_[part + 1].begin : word_.size();
  }
  uint32_t rank_of(size_t part) const {
    return part + 1 < parts_.size() ? find(parts_[part].begin, end_of(part + 1))
                                    : Vocabulary::kNone;
  }

  void search(TokenSink& sink) {
    for (size_t i = 0; i < parts_.size(); ++i) parts_[i].rank = rank_of(i);
    while (true) {
      const auto best =
          std::min_element(parts_.begin(), parts_.end(),
                           [](const Part& a, const Part& b) { return a.rank < b.rank; });
      if (best == parts_.end() || best->rank == Vocabulary::kNone) break;
      const auto at = static_cast<size_t>(best - parts_.begin());
      parts_.erase(best + 1);
      parts_[at].rank = rank_of(at);
      if (at > 0) parts_[at - 1].rank = rank_of(at - 1);
    }
    for (size_t i = 0; i < parts_.size(); ++i) put(parts_[i].begin, end_of(i), sink);
  }

  size_t end_in_chain(uint32_t part) const {
    return next_[part] == kNoPart ? word_.size() : parts_[next_[part]].begin;
  }

  void push(uint32_t part) {
    if (next_[part] == kNoPart) return;
    const size_t end = end_in_chain(next_[part]);
    const uint32_t rank = find(parts_[part].begin, end);
    if (rank == Vocabulary::kNone) return;
    heap_.push_back({rank, part, static_cast<uint32_t>(end)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  void queue(TokenSink& sink) {
    const auto count = static_cast<uint32_t>(parts_.size());
    next_.resize(count);
    previous_.resize(count);
    heap_.clear();
    for (uint32_t i = 0; i < count; ++i) {
      next_[i] = i + 1 < count ? i + 1 : kNoPart;
      previous_[i] = i > 0 ? i - 1 : kNoPart;
    }
    for (uint32_t i = 0; i < count; ++i) push(i);
    while (!heap_.empty()) {
      const Candidate best = heap_.front();
      std::pop_heap(heap_.begin(), heap_.end(), later);
      heap_.pop_back();
      if (parts_[best.part].rank == kMergedAway) continue;
      const uint32_t right = next_[best.part];
      if (right == kNoPart || end_in_chain(right) != best.end) continue;
      parts_[right].rank = kMergedAway;
      next_[best.part] = next_[right];
      if (next_[right] != kNoPart) previous_[next_[right]] = best.part;
      if (previous_[best.part] != kNoPart) push(previous_[best.part]);
      push(best.part);
    }
    for (uint32_t i = 0; i != kNoPart; i = next_[i]) put(parts_[i].begin, end_in_chain(i), sink);
  }

  const Vocabulary& vocabulary_;
  std::string_view word_;
  std::vector<Part> parts_;
  std::vector<Candidate> heap_;            // of the queue
  std::vector<uint32_t> next_, previous_;  // of the queue
};

class RankedBpe : public VocabularyModel {
 public:
  RankedBpe(Vocabulary vocabulary, const std::string& source)
      : VocabularyModel(std::move(vocabulary), std::nullopt, source) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string token;
      append_byte_character(token, static_cast<char>(byte));
      if (this->vocabulary().find(token) == Vocabulary::kNone)
        bad_input("{}: the byte 0x{:02X} has no token, so that not every text can be encoded",
                  source, byte);
    }
  }

  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const override {
    RankedMerger merger(vocabulary());
    TokenSink sink(ids, ranges);
    sink.each_text(pieces, [&](std::string_view word) {
      const uint32_t whole = vocabulary().find(word);
      if (whole != Vocabulary::kNone) {
        sink.put(whole, 0, word.size());
      } else {
        merger.run(word, sink);
      }
    });
  }
};

}  // namespace

std::unique_ptr<Model> make_ranked_bpe(Vocabulary vocabulary, const std::string& source) {
  return std::make_unique<RankedBpe>(std::move(vocabulary), source);
}

}  // namespace hearth::text
