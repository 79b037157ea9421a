// The `model` section of a tokenizer.json, read in one pass, and the models that are made from it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/json_reader.h"
#include "text/stages.h"
#include "text/vocabulary.h"

namespace hearth::text {

struct ModelSection {
  StageConfig options;  ///< everything but `vocab` and `merges`
  std::string source;

  bool has_vocabulary = false;
  Vocabulary vocabulary;                               ///< when `vocab` is an object
  std::vector<std::pair<std::string, double>> scored;  ///< when it is a list (Unigram)
  bool has_merges = false;
  std::vector<std::pair<uint32_t, uint32_t>> merges;  ///< ids, in order of rank
};

/// Throws bad_input naming `source` for what is malformed, unknown or missing.
std::unique_ptr<Model> read_model(JsonReader& reader, const std::string& source);

}  // namespace hearth::text
