// What the inference functions of Hearth's own ops share.
#pragma once

#include "ir/ops/infer_util.h"

namespace hearth::ir {

inline void expect_rank(const Inference& i, size_t input, size_t rank) {
  const PartialShape& shape = i.shape(input);
  if (shape.rank_is_static() && shape.rank() != rank)
    i.fail("input {} should be of rank {}, but has shape [{}]", input, rank, shape.to_string());
}

/// The schema of an op that is never written to an IR.
inline OpSchema internal_schema(const char* type, size_t min_inputs, size_t max_inputs,
                                void (*infer)(Inference&)) {
  return {.type = type,
          .version = OpSchema::kInternal,
          .accepted = {},
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .attributes = {},
          .infer = infer};
}

}  // namespace hearth::ir
