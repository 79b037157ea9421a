// Rows of a float constant as f32, with the factors that AWQ gave it.
#pragma once

#include "compress/plan.h"

namespace hearth::compress {

class FloatRows {
 public:
  /// `source` that is a recipe is produced once and held as long as this object.
  FloatRows(const PlannedWeight& weight, const Bytes& source);
  /// Rows [first, first + count) to `out` [count, cols].
  void read(int64_t first, int64_t count, float* out) const;

 private:
  const PlannedWeight& weight_;
  Bytes bytes_;
};

}  // namespace hearth::compress
