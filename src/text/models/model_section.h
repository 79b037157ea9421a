// The `model` section of a tokenizer.json, read in one pass, and the models that are made from it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/json_reader.h"
#include "text/models/bpe_merges.h"
#include "text/stages.h"
#include "text/vocabulary.h"

namespace hearth::text {

/// Pieces in order of their ids.
class ScoredPieces {
 public:
  void reserve(size_t pieces) {
    ends_.reserve(pieces);
    scores_.reserve(pieces);
  }
  void add(std::string_view piece, double score) {
    text_ += piece;
    ends_.push_back(text_.size());
    scores_.push_back(score);
  }
  bool empty() const { return ends_.empty(); }
  size_t size() const { return ends_.size(); }
  std::string_view text(size_t id) const {
    const size_t begin = id == 0 ? 0 : ends_[id - 1];
    return std::string_view(text_).substr(begin, ends_[id] - begin);
  }
  std::vector<double> take_scores() { return std::move(scores_); }

 private:
  std::string text_;
  std::vector<size_t> ends_;
  std::vector<double> scores_;
};

struct ModelSection {
  StageConfig options;  ///< everything but `vocab` and `merges`
  std::string source;

  bool has_vocabulary = false;
  Vocabulary vocabulary;  ///< when `vocab` is an object
  ScoredPieces scored;    ///< when it is a list (Unigram)
  bool has_merges = false;
  /// In order of rank. `merged` is the token of both texts one after the other, Vocabulary::kNone
  /// when there is none.
  std::vector<BpeMerge> merges;
};

/// Throws bad_input naming `source` for what is malformed, unknown or missing.
std::unique_ptr<Model> read_model(JsonReader& reader, const std::string& source);

}  // namespace hearth::text
