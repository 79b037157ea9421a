// A bound on what stages may make of a text: a file with twenty stages that each double it would
// otherwise take all memory.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/error.h"

namespace hearth::text {

/// The largest expansion of a real stage is 11 (NFKD of U+FDFA); positions are 32 bits wide.
inline size_t growth_limit(size_t input_bytes) {
  constexpr size_t kFactor = 64, kFloor = size_t{1} << 16, kCeiling = size_t{15} << 28;
  return std::min(std::min(input_bytes, kCeiling / kFactor) * kFactor + kFloor, kCeiling);
}

inline void check_growth(size_t bytes, size_t limit) {
  if (bytes > limit)
    bad_input(
        "the tokenizer's stages turn this text into more than {} bytes; the tokenizer file is "
        "broken, or the text is too long",
        limit);
}

}  // namespace hearth::text
