// Indices that arrive as data: counted from the end when negative, refused when outside.
#pragma once

#include "ref/evaluate.h"

namespace hearth::ref {

inline size_t checked_index(const Evaluation& e, int64_t index, size_t size) {
  const auto n = static_cast<int64_t>(size);
  if (index < -n || index >= n) e.fail("index {} is outside of an axis of {} elements", index, n);
  return static_cast<size_t>(index < 0 ? index + n : index);
}

}  // namespace hearth::ref
