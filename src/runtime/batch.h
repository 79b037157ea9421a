// Who the rows of a forward pass belong to. The graph sees one long list of token rows; attention
// needs to know which sequence each stretch of rows continues, and the head which rows want logits.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/kv_cache.h"

namespace hearth::runtime {

struct SequenceRows {
  int64_t row = 0;                 ///< first row of this sequence's new tokens
  int64_t tokens = 0;              ///< how many
  int64_t past = 0;                ///< tokens in the cache before them
  std::vector<std::byte*> blocks;  ///< start of every block, room for past + tokens
  std::vector<uint8_t> cell_mask;  ///< past + tokens flags, or empty when every cell may be seen
};

struct Batch {
  std::vector<SequenceRows> sequences;
  /// Rows that want logits; empty means all.
  std::vector<int32_t> logit_rows;

  /// Reserves room in `cache` for `tokens` more and adds it; the caller advances the cache
  /// afterwards.
  void add(KvSequence& cache, int64_t row, int64_t tokens);
  /// Empty again; the memory of its lists is kept for those to come.
  void clear();

 private:
  std::vector<SequenceRows> spare_;
};

}  // namespace hearth::runtime
