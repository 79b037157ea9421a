// The `model` section of a tokenizer.json, read in one pass, and the models that are made from it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "text/json_reader.h"
#include "text/models/bpe_merges.h"
#include "text/stages.h"
#include "text/string_list.h"
#include "text/vocabulary.h"

namespace hearth::text {

struct ModelSection {
  StageConfig options;  ///< everything but `vocab` and `merges`
  std::string source;

  bool has_vocabulary = false;
  Vocabulary vocabulary;  ///< when `vocab` is an object
  StringList scored;      ///< when it is a list (Unigram), by id
  std::vector<double> scores;
  bool has_merges = false;
  /// In order of rank. `merged` is the token of both texts one after the other, Vocabulary::kNone
  /// when there is none.
  std::vector<BpeMerge> merges;
};

/// Throws bad_input naming `source` for what is malformed, unknown or missing.
std::unique_ptr<Model> read_model(JsonReader& reader, const std::string& source);

}  // namespace hearth::text
