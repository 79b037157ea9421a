// The best segmentation of a text by a unigram model: Viterbi over the bytes, with the best path
// that ends at each of them (Kudo, 2018). `Score` is the type that sums are kept in: float in
// SentencePiece, double in the Rust package. Ties and roundings follow those.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/characters.h"
#include "text/trie.h"

namespace hearth::text {

template <typename Score>
class UnigramPath {
 public:
  struct Piece {
    size_t begin, end;
    uint32_t value;  ///< of the trie; Trie::kNone for a character that no piece covers
  };

  /// `score(value, bytes)` is the score of a piece as double. The pieces are in `pieces()`.
  template <typename ScoreOf>
  void run(const Trie& trie, std::string_view text, double unk_score, ScoreOf&& score) {
    ends_.assign(text.size() + 1, End());
    for (size_t at = 0; at < text.size();) {
      const size_t character = utf8_length(text[at]);
      const Score so_far = ends_[at].score;
      bool covered = false;
      uint32_t node = Trie::kRoot;
      for (size_t end = at; end < text.size();) {
        node = trie.step(node, text[end]);
        if (node == Trie::kNone) break;
        ++end;
        const uint32_t value = trie.value(node);
        if (value == Trie::kNone) continue;
        offer(at, end, static_cast<Score>(score(value, end - at) + so_far), value);
        covered = covered || end - at == character;
      }
      if (!covered) offer(at, at + character, static_cast<Score>(unk_score + so_far), Trie::kNone);
      at += character;
    }
    collect(text.size());
  }

  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  struct End {
    Score score = 0;
    uint32_t value = Trie::kNone;
    size_t begin = SIZE_MAX;  // SIZE_MAX when no path ends here
  };

  void offer(size_t begin, size_t end, Score score, uint32_t value) {
    End& e = ends_[end];
    if (e.begin == SIZE_MAX || score > e.score) e = {score, value, begin};
  }

  void collect(size_t end) {
    pieces_.clear();
    for (; end > 0; end = ends_[end].begin)
      pieces_.push_back({ends_[end].begin, end, ends_[end].value});
    std::reverse(pieces_.begin(), pieces_.end());
  }

  std::vector<End> ends_;
  std::vector<Piece> pieces_;
};

}  // namespace hearth::text
