// What a model of a tokenizer.json writes itself from and what comes out: ids per text.
#pragma once

#include <vector>

#include "frontends/tokenizer/stage_writer.h"
#include "frontends/tokenizer/vocabulary.h"

namespace hearth::frontends {

struct ModelInput {
  const JsonObject& model;       ///< the section `model`
  const Vocabulary& vocabulary;  ///< as the file spells it
  const std::vector<AddedTokenEntry>& added;
  std::vector<std::string>& notes;  ///< sentences on what the graph does otherwise
};

/// Text t has the ids [begins[t], ends[t]) of values.
struct Ids {
  ir::Value begins, ends;  ///< i32[texts]
  ir::Value values;        ///< i32[tokens]
};

/// Throws NoOperation naming the kind, or bad_input.
Ids write_model(StageWriter& writer, const ModelInput& in);

}  // namespace hearth::frontends
